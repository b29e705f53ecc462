"""What can be chosen from the menu, as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One choice: the ``command`` it runs (none: it only opens something).

    ``makes``: what may be opened afterwards, from the workspace on, ``{round}`` for its name;
    ``asks``: an option of the command and the question whose answer it takes.
    """

    word: str
    told: str
    command: str = ""
    makes: tuple[str, ...] = ()
    asks: tuple[str, str] | None = None

    def opens(self, round_name: str) -> Sequence[str]:
        """What it makes in a round; of an unknown one only what bears no name of it."""
        known = (name for name in self.makes if round_name or "{round}" not in name)
        return [name.format(round=round_name) for name in known]


BEGIN = (
    MenuItem(
        "試す",
        "見本の計画で、１年分の流れを見る",
        "demo",
        ("demo/outbox/取組状況一覧_R3.xlsx", "demo"),
    ),
    MenuItem("見本", "見本の計画マスタを作る", "init --sample", ("templates/計画マスタ.xlsx",)),
    MenuItem("始める", "空の計画マスタを作る", "init", ("templates/計画マスタ.xlsx",)),
)
ROUND = (
    MenuItem("配る", "部署に配るシートを作る", "distribute", ("templates/{round}",)),
    MenuItem(
        "集める", "inbox に届いたファイルを読む", "collect", ("outbox/確認結果_{round}.xlsx",)
    ),
    MenuItem("返す", "要修正のシートと督促文を作る", "return", ("outbox/差戻し/{round}",)),
    MenuItem(
        "一覧",
        "取組状況一覧と資料編を作る",
        "consolidate --appendix",
        ("outbox/取組状況一覧_{round}.xlsx", "outbox/資料編_{round}.xlsx", "outbox"),
    ),
    MenuItem("状況", "部署ごとの提出状況を見る", "status"),
    MenuItem(
        "確認票", "読み取った内容の確認票を作る", "receipts", ("outbox/読取内容確認/{round}",)
    ),
    MenuItem(
        "委員に配る",
        "審議会の評価シートを作る",
        "council distribute",
        ("templates/{round}/評価シート",),
        ("--members", "委員の人数（計画マスタの『委員』に書いてあれば、そのまま Enter）"),
    ),
    MenuItem(
        "委員から集める",
        "届いた評価シートを読む",
        "council collect",
        ("outbox/意見集約_{round}.xlsx",),
    ),
    MenuItem(
        "委員に返す",
        "要修正の評価シートを返す",
        "council return",
        ("outbox/差戻し/{round}/評価シート",),
    ),
    MenuItem(
        "意見書",
        "審議会の意見書と原稿を作る",
        "report",
        ("outbox/意見書_{round}.docx", "outbox/意見書原稿_{round}.xlsx"),
    ),
    MenuItem("照合", "控えと登録簿が合っているか確かめる", "verify"),
    MenuItem("確定", "年度を確定し、変わらないようにする", "close", ("outbox",)),
    MenuItem("置く", "届いたファイルを置く inbox を開く", makes=("inbox",)),
    MenuItem("計画", "計画マスタを開く", makes=("templates/計画マスタ.xlsx",)),
)
