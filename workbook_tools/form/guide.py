"""記入要領: the third sheet of every form, and the message that belongs to each kind of cell.

One page for a person who fills the form in once a year. What scores mean in words comes from the
plan master alone; nothing is invented (domain §7).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbook_tools.cells import Area
from workbook_tools.era import FiscalYear, long_date
from workbook_tools.form.layout import GUIDE, Field
from workbook_tools.plan.model import Plan, Practice
from workbook_tools.text import lines

if TYPE_CHECKING:  # who only reads needs nothing that writes
    from workbook_tools.excel.write.pattern import AnySheet, Draft

_COLUMN_PIXELS = (150, 150, 380)
COLUMNS = len(_COLUMN_PIXELS)
_LAST = COLUMNS - 1
# What the guide ends with: an example of so many rows below its headings.
TITLE = re.compile(r"シート\s+記入要領（")  # what its first cell says, after the plan's name
EXAMPLE, EXAMPLE_ROWS = ("年度", "取組予定", "取組結果"), 3
_POINTS_A_LINE, _EDGE = 12.0, 4.0


def message(item: Field, year: FiscalYear) -> str:
    """What appears beside a text cell when it is chosen; at most 255 characters."""
    assert item.entry is not None
    is_ahead = item.year is not None and item.year > year
    hint = (item.entry.hint_ahead if is_ahead else "") or item.entry.hint
    return hint.format(year=year.wide)


def write(book: Draft, plan: Plan, practice: Practice) -> None:
    """Add the guide to a form: one A4 page."""
    year = plan.evaluated
    page = _Page(book.sheet(GUIDE))
    page.title(f"{plan.name}進捗状況シート　記入要領（{year.long}末）")
    page.section("提出")
    page.rows(_delivery(plan, practice))
    page.section("記入すること")
    page.rows(_steps(plan))
    page.section("自己評価の評点")
    page.rows(_scores(plan), heading=True)
    page.section("総合評価（自動で計算されます）")
    page.rows(_grades(plan), heading=True)
    page.section("同じ内容をくり返し書かなくてよいところ")
    page.rows(_references(year), heading=True)
    page.section("記入例")
    page.rows(_example(year), heading=True)
    page.finish()


class _Page:
    """Rows written one below the other."""

    def __init__(self, sheet: AnySheet) -> None:
        self._sheet = sheet
        self._row = 0
        for col, pixels in enumerate(_COLUMN_PIXELS):
            sheet.columns(col, col, pixels)

    def title(self, text: str) -> None:
        self._sheet.text(Area(self._row, 0, 1, _LAST + 1), text, "title")
        self._height(2)

    def section(self, text: str) -> None:
        self._sheet.height(self._row, 5)
        self._row += 1
        self._sheet.text(Area(self._row, 0, 1, _LAST + 1), f"■ {text}", "section")
        self._height(1)

    def rows(self, rows: Sequence[Sequence[str]], *, heading: bool = False) -> None:
        """Rows of two or three cells; the last cell takes the columns that are left."""
        for number, cells in enumerate(rows):
            looks = ("box", "head") if heading and not number else ("box", "wrap", "middle")
            needed = 1
            for col, text in enumerate(cells):
                cols = _LAST + 1 - col if col == len(cells) - 1 else 1
                self._sheet.text(Area(self._row, col, 1, cols), text, *looks)
                needed = max(needed, lines(text, sum(_COLUMN_PIXELS[col : col + cols]) // 6 - 3))
            self._height(needed)

    def finish(self) -> None:
        self._sheet.page(Area(0, 0, self._row, _LAST + 1))
        self._sheet.protect()
        self._sheet.view()

    def _height(self, count: int) -> None:
        self._sheet.height(self._row, _EDGE + _POINTS_A_LINE * count)
        self._row += 1


def _delivery(plan: Plan, practice: Practice) -> list[tuple[str, str]]:
    deadline = long_date(plan.deadline) if plan.deadline else "事務局からの連絡のとおり"
    partners = "、".join(practice.partners)
    return [
        ("期限", deadline),
        ("提出先・問合せ先", f"{plan.city}　{plan.secretariat}"),
        ("とりまとめ", practice.lead + (f"（関係部署：{partners}）" if partners else "")),
        (
            "お願い",
            "シートの名前や行・列は変えず、このブックのままお返しください。行の高さは広げられます。",
        ),
    ]


def _steps(plan: Plan) -> list[tuple[str, str]]:
    year = plan.evaluated
    criteria = "・".join(criterion.name for criterion in plan.criteria)
    return [
        (
            "工程表",
            f"{year.wide}年度の右の欄で「工程どおり」か「工程見直し」を選びます。見直しのときは「変更」の行に変更後の工程を書きます。",
        ),
        (
            "取組内容",
            f"{year.wide}年度の取組ごとに結果を書き、次の年度からの取組予定を確かめます。番号は自動で付きます。",
        ),
        ("自己評価", f"{criteria}の評点を選び、それぞれの理由と総合評価の理由を書きます。"),
        (
            "取組終了",
            f"{year.wide}年度の中で終わった取組だけ、終わった年と月を選びます。最後の取組予定に「（取組終了）」と書けます。",
        ),
        (
            "課題等（シート②）",
            f"{year.wide}年度の課題と解決方法を書きます。課題がなければ「特になし」とし、解決方法は空欄で構いません。特記事項も書いてください。",
        ),
        (
            "入力チェック",
            "シートの右側に、足りないところが文章で出ます。緑色の「入力漏れはありません」になれば完成です。",
        ),
    ]


def _scores(plan: Plan) -> list[tuple[str, str, str]]:
    rows = [("評価項目", "評点", "説明")]
    for criterion in plan.criteria:
        allowed = f"{criterion.minimum}～{criterion.maximum}の整数"
        meanings = "　".join(f"{score}：{words}" for score, words in criterion.meanings.items())
        rows.append((criterion.name, allowed, meanings))
    return rows


def _grades(plan: Plan) -> list[tuple[str, str]]:
    rows = [("総合評価", "条件")]
    for rule in plan.grades:
        minima = "".join(f"、{name}が{low}以上" for name, low in rule.least_scores.items())
        last = rule is plan.grades[-1]
        rows.append(
            (
                rule.grade,
                "上のどれにも当たらないとき" if last else f"合計が{rule.least_total}以上{minima}",
            )
        )
    return rows


def _references(year: FiscalYear) -> list[tuple[str, str, str]]:
    last = (year - 1).wide
    return [
        ("書き方", "書けるところ", "意味"),
        ("⇒", "工程表", "左の年度と同じ"),
        ("⑤と同じ", "取組予定・取組結果", "同じ列の⑤と同じ（①、②と同じ／①～③と同じ も可）"),
        ("同上", "取組予定・取組結果", "すぐ上の欄と同じ（(新)同上 のように印だけ変えることも可）"),
        (
            f"{last}と同じ",
            "課題・解決方法",
            f"{last}年度に書いた内容と同じ（・{last}と同じ の１行に別の行を足すことも可）",
        ),
    ]


def _example(year: FiscalYear) -> list[tuple[str, str, str]]:
    return [
        EXAMPLE,
        (year.wide, "受付方法の見直し", "(新)予約制を試行し、待ち時間が平均12分短くなった。"),
        (year.wide, "職員研修の実施", "(継)２回実施し、延べ46人が参加した。"),
        ((year + 1).wide, "②と同じ", ""),
    ]
