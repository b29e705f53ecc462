"""目次: what every sheet of the list shows, with links; and the colours of the tabs by kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from workbook_tools.cells import Area
from workbook_tools.consolidate import (
    both_sides,
    comparison,
    departments,
    heat_map,
    pages,
    secretariat,
    texts,
    trends,
)
from workbook_tools.consolidate.figure_lists import title
from workbook_tools.consolidate.places import ITEMS, PRACTICES, THEMES
from workbook_tools.consolidate.workings import SUMMARY
from workbook_tools.excel.write import paper
from workbook_tools.excel.write.book import Sheet
from workbook_tools.figures.compute import Figures

CONTENTS = "目次"


class SheetKind(Enum):
    """What kind of sheet it is, and the colour of its tab."""

    OVERVIEW = ("はじめに", "#1F4E79")
    FIGURES = ("数値の表", "#5B9BD5")
    PAGES = ("評価", "#C55A11")
    TEXTS = ("記述", "#548235")
    COMPARISONS = ("比較", "#7F6000")
    SECRETARIAT = ("事務局用", "#7030A0")

    @property
    def words(self) -> str:
        return self.value[0]

    @property
    def colour(self) -> str:
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Described:
    """A sheet's kind, and what it shows in one line."""

    kind: SheetKind
    told: str


DESCRIBED: Mapping[str, Described] = {
    CONTENTS: Described(SheetKind.OVERVIEW, "このファイルにあるシートの一覧です。"),
    SUMMARY: Described(
        SheetKind.OVERVIEW, "主な数値と前年度との差、総合評価の推移を1枚で示します。"
    ),
    ITEMS: Described(SheetKind.FIGURES, "取組項目ごとの平均値、総合評価、審議会の評価です。"),
    PRACTICES: Described(SheetKind.FIGURES, "実践項目ごとの評点、合計、総合評価です。"),
    THEMES: Described(SheetKind.FIGURES, "テーマごとの平均値と図です。"),
    heat_map.NAME: Described(SheetKind.FIGURES, "すべての評点を、低いほど濃い色で見渡せます。"),
    pages.NAME: Described(SheetKind.PAGES, "取組項目ごとに、評価と審議会の意見をまとめています。"),
    both_sides.NAME: Described(SheetKind.COMPARISONS, "自己評価と審議会の評価の順位を比べます。"),
    texts.SCHEDULE: Described(SheetKind.TEXTS, "年度ごとの工程（当初と変更）と状況です。"),
    texts.ACTIVITIES: Described(SheetKind.TEXTS, "年度ごとの予定と結果です。"),
    texts.REASONS: Described(SheetKind.TEXTS, "評点と、その理由です。"),
    texts.ISSUES: Described(SheetKind.TEXTS, "年度ごとの課題と、その解決の方法です。"),
    texts.REMARKS: Described(SheetKind.TEXTS, "特に記すことです。"),
    comparison.COMPARISON: Described(
        SheetKind.COMPARISONS, "前年度から上がったもの、下がったもの。"
    ),
    trends.NAME: Described(
        SheetKind.COMPARISONS, "計画の初めからの平均値と総合評価の移り変わりです。"
    ),
    departments.NAME: Described(
        SheetKind.FIGURES, "担当部署ごとの件数、総合評価、合計の平均です。"
    ),
    secretariat.VOTES: Described(SheetKind.SECRETARIAT, "委員ごとの採点です。"),
    secretariat.SOURCES: Described(
        SheetKind.SECRETARIAT, "どのファイルのどのセルに何と書かれていたかを示します。"
    ),
}
_HEADINGS = (("シート", 190), ("種類", 90), ("内容", 520))
_TOP = 2  # row of the headings
_FIT = paper.MASTER


def fill_contents(sheet: Sheet, figures: Figures, sheets: Sequence[Sheet]) -> None:
    """Fill 目次, the first of the ``sheets``, and colour the tabs of all.

    Raises KeyError for a sheet that nobody has described.
    """
    sheet.text(Area(0, 0), f"{title(figures, CONTENTS)}　{figures.at_end}", "big")
    for col, (words, pixels) in enumerate(_HEADINGS):
        sheet.columns(col, col, pixels)
        sheet.text(Area(_TOP, col), words, "box", "head", "10 pt")
    sheet.tab(DESCRIBED[CONTENTS].kind.colour)
    for row, listed in enumerate(sheets[1:], start=_TOP + 1):
        described = DESCRIBED[listed.name]
        listed.tab(described.kind.colour)
        target = f"internal:'{listed.name}'!A1"
        sheet.link(Area(row, 0), target, listed.name, "box", "link", "10 pt", "middle")
        sheet.text(Area(row, 1), described.kind.words, "box", "center", "10 pt")
        sheet.text(Area(row, 2), described.told, "box", "10 pt")
        sheet.height(row, _FIT.height(1.3))
    area = Area(0, 0, _TOP + len(sheets), len(_HEADINGS))
    sheet.page(area, landscape=True, repeat=(0, _TOP), footer=paper.NAME_AND_PAGES)
    sheet.freeze(_TOP + 1)
    sheet.view()
