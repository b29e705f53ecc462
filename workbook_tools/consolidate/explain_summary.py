"""What stands behind a figure of 総括, in words: what it counts, and whom."""

from __future__ import annotations

from collections.abc import Iterator

from workbook_tools.consolidate.places import ITEMS, PRACTICES, THEMES
from workbook_tools.consolidate.summary import Line, Summary
from workbook_tools.excel.read.book import Table
from workbook_tools.figures.compute import Figures, tenths
from workbook_tools.figures.headline import headline

_FROM_TABLES = (
    f"{ITEMS}・{PRACTICES}・{THEMES}から計算しています。青い文字を押すと、もとの行に移ります。"
)
_NOW, _BEFORE, _CHANGE = 1, 2, 3  # columns, behind 項目


def told_of_summary(table: Table, row: int, col: int, summary: Summary) -> Iterator[str]:
    """Sentences about a cell of 総括; names stand in the row below their figure."""
    lines = {line.words: line for line in summary.lines()}
    line = lines.get(table.text(row, 0)) or lines.get(table.text(row - 1, 0))
    if line is None or col > _CHANGE:
        yield _FROM_TABLES
        return
    yield f"『{line.words.strip()}』です。{_FROM_TABLES}"
    if col == _CHANGE:
        yield "今年度の数値から前年度の数値を引いたものです。"
    elif col == _BEFORE:
        yield f"{(summary.figures.year - 1).long}の計画と評価基準による、その年度の数値です。"
    else:
        yield from _counted(line, summary.figures)


def _counted(line: Line, figures: Figures) -> Iterator[str]:
    """Whom a figure counts or names, or the parts of a share."""
    if line.names:
        yield line.names.value or "当てはまるものはありません。"
    evaluated = [known for known in figures.practices if known.evaluated]
    for grade, numbers in _by_grade(figures).items():
        if line.words == f"総合評価　{grade}" and numbers:
            yield f"小№{'、'.join(numbers)}の{len(numbers)}件です。"
    if line.words.endswith("の割合（％）") and evaluated:
        share, grades = headline(figures).share, figures.grades()
        parts = "＋".join(str(grades[grade]) for grade in share.grades)
        yield (
            f"（{parts}）÷{len(evaluated)}×100を小数第２位で四捨五入して{tenths(share.now)}です。"
        )


def _by_grade(figures: Figures) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {rule.grade: [] for rule in figures.plan.grades}
    for known in figures.practices:
        if known.evaluated and known.now:
            found.setdefault(known.now.grade, []).append(str(known.practice.no))
    return found
