"""The progress form as data: its fields, what they are called, how much fits, what is asked.

Layout, writer, live checks, 記入要領, label reader and long tables take what they need from here.
One more text field is one more :class:`TextEntry`. Wording and order are those of the papers
(domain §4, §5; forms.md), names those of the contract.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from workbook_tools.plan.model import ROWS_A_YEAR


class Stem(StrEnum):
    """The names of fields, without year and row: no other room spells them out."""

    NUMBER = "項目番号"
    ITEM_NUMBER = "取組項目番号"
    ITEM = "取組項目"
    TITLE = "実践項目"
    DEPARTMENT = "担当部署"
    SEASON = "確認年度"
    VERSION = "様式版"
    THEME = "テーマ"
    ORIGINAL = "工程_当初"
    REVISION = "工程_変更"
    STATUS = "工程_状況"
    PLAN = "取組予定"
    RESULT = "取組結果"
    LABEL = "取組番号"
    TOTAL = "合計"
    OVERALL = "総合評価"
    REASON = "評価理由"
    END_YEAR = "取組終了_年"
    END_MONTH = "取組終了_月"
    ISSUE = "課題"
    SOLUTION = "解決方法"
    REMARKS = "特記事項"
    HIGHLIGHTS = "特記すべき事項"


@dataclass(frozen=True, slots=True)
class Room:
    """Printed lines of an open cell: in past years, in the evaluated year, in years to come.

    The 95 % lengths of domain §5 with one line break; one line more in the evaluated year.
    """

    behind: int
    now: int
    ahead: int


@dataclass(frozen=True, slots=True)
class TextEntry:
    """A text field, in all its years and rows.

    ``title`` is what a message calls it, with gaps ``{year}`` and ``{n}``; ``heading`` what is
    printed; ``cols`` how many of the grid's columns it has. ``ahead``: years to come hold
    forecasts, with a hint of their own if there is one. ``asked``: a blank one is worth a word.
    """

    stem: str
    title: str
    heading: str
    lines: Room
    hint: str
    cols: int = 0
    ahead: bool = False
    hint_ahead: str = ""
    asked: bool = False

    @property
    def name(self) -> str:
        """What it is called without year, row and criterion: ``当初の工程``."""
        name = self.title
        for gap in ("{year}年度の", "（{n}行目）", "{name}の"):
            name = name.replace(gap, "")
        return name


def remark(stem: str, heading: str, lines: int, hint: str, *, asked: bool = False) -> TextEntry:
    """A wide field below its heading, written about the evaluated year."""
    return TextEntry(stem, stem, heading, Room(lines, lines, lines), hint, asked=asked)


@dataclass(frozen=True, slots=True)
class Spec:
    """All text fields, block by block. Columns of a block stand side by side, left to right."""

    rows_a_year: int  # of 取組内容
    schedule: tuple[TextEntry, TextEntry]  # rows: the original and the revised plan
    activities: tuple[TextEntry, TextEntry]  # plan and result
    reason: TextEntry  # one a criterion, and one for 総合評価
    issues: tuple[TextEntry, TextEntry]  # problem and solution
    remarks: tuple[TextEntry, ...]  # one below the other

    @property
    def entries(self) -> Iterator[TextEntry]:
        """Every text field, in the order of the papers."""
        yield from (*self.schedule, *self.activities, self.reason, *self.issues, *self.remarks)

    def left_of(self, stem: str) -> str | None:
        """The column that 同左 means: the one left of a column of the same block."""
        for left, right in (self.activities, self.issues):
            if right.stem == stem:
                return left.stem
        return None


_ARROW = "前の年度と同じなら ⇒ と書けます。"
_YEAR = "前の年度と同じなら「Ｒ２と同じ」と書けます（１行だけでも可）。"

SPEC = Spec(
    rows_a_year=ROWS_A_YEAR,
    schedule=(
        TextEntry(
            Stem.ORIGINAL,
            "{year}年度の当初の工程",
            "当初",
            Room(3, 3, 3),
            f"当初の計画です。{_ARROW}",
            ahead=True,
        ),
        TextEntry(
            Stem.REVISION,
            "{year}年度の変更後の工程",
            "変更",
            Room(3, 4, 3),
            f"計画を変えた年度だけ書きます。{_ARROW}",
            ahead=True,
        ),
    ),
    activities=(
        TextEntry(
            Stem.PLAN,
            "{year}年度の取組予定（{n}行目）",
            "【取組予定・今後の取組予定】",
            Room(4, 5, 3),
            "１つの欄に取組を１つ。前に書いた取組と同じなら「⑤と同じ」と書けます。",
            cols=8,
            ahead=True,
        ),
        TextEntry(
            Stem.RESULT,
            "{year}年度の取組結果（{n}行目）",
            "【取組結果・評価につながる活動指標(効果)】",
            Room(4, 5, 1),
            "(新)新しい取組、(継)続けている取組のどちらかで始めてください。"
            "上の欄と同じなら「同上」と書けます。",
            cols=17,
        ),
    ),
    reason=TextEntry(
        Stem.REASON,
        "{name}の評価の理由",
        "【評価の理由】",
        Room(2, 2, 2),
        "{year}年度の評点をこう付けた理由を書いてください。",
    ),
    issues=(
        TextEntry(
            Stem.ISSUE,
            "{year}年度の課題",
            "課題・問題点／今後の想定される課題等",
            Room(9, 10, 9),
            f"なければ「特になし」。{_YEAR}",
            cols=11,
            ahead=True,
            hint_ahead="今後、想定される課題があれば書いてください。",
        ),
        TextEntry(
            Stem.SOLUTION,
            "{year}年度の解決方法",
            "左記の解決方法",
            Room(9, 10, 9),
            f"課題への対応です。{_YEAR}",
            cols=14,
        ),
    ),
    remarks=(
        remark(
            Stem.REMARKS,
            "特記事項",
            10,
            "この年度の取組で、特に伝えたいことを書いてください。",
            asked=True,
        ),
        remark(
            Stem.HIGHLIGHTS,
            "【上記のうち、特記すべき事項】",
            8,
            "特記事項のうち、特に重要なことがあれば書いてください。なければ空欄のままです。",
        ),
    ),
)
