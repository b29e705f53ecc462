"""The checks of the plan master: what a plan must hold to before anything is made of it.

Every check looks at one thing and gives all its findings; it stays silent on a cell or a sheet
whose absence another check reports, so that one mistake is one finding.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import pairwise

from workbook_tools.cells import parse_cell
from workbook_tools.era import FiscalYear
from workbook_tools.excel.read.book import Table
from workbook_tools.findings import CATALOGUE, Finding, Place, found
from workbook_tools.near import nearest, question
from workbook_tools.plan.master_tables import (
    EXPECTED,
    OPTIONAL,
    SHEETS,
    MasterCell,
    MasterTables,
    cells,
    code,
    mark,
    maybe,
    names,
    ordinal,
    rows_of,
    score,
    whole,
    years,
)
from workbook_tools.plan.model import EVERYBODY, ROWS_A_YEAR
from workbook_tools.spellings import OF_A_YEAR
from workbook_tools.text import CIRCLED, key

MOST_YEARS = len(CIRCLED) // ROWS_A_YEAR  # each row of the form has a label of its own
MOST_THEMES, MOST_CRITERIA = 14, 6  # what the header and the score table of the form hold
LETTERS = ("Lu", "Ll", "Lo", "Lm", "Nd", "Pc")  # what Excel takes in a defined name
MOST_LETTERS = 8  # of a name that becomes a narrow heading and part of a defined name


def look(tables: Sequence[Table], parts: MasterTables, file: str) -> list[Finding]:
    """All findings, in the order of the sheets, then of rows and columns."""
    there = {key(table.sheet) for table in tables}
    missing = [
        found("M101", Place(file, sheet), sheet=sheet)
        for sheet in SHEETS
        if key(sheet) not in there and sheet not in OPTIONAL
    ]
    return sorted(
        [*missing, *(finding for check in CHECKS for finding in check(parts))], key=_position
    )


def _position(finding: Finding) -> tuple[int, tuple[int, int]]:
    place = finding.place
    sheet = [key(name) for name in SHEETS].index(key(place.sheet or ""))
    return sheet, parse_cell(place.cell) if place.cell else (0, 0)


def _at(code: str, cell: MasterCell, **facts: object) -> Finding:
    return found(code, cell.place, cell.text, **{"what": cell.heading, "value": cell.text} | facts)


def _fact(parts: MasterTables, heading: str) -> MasterCell | None:
    return next(iter(cells(parts, "値", heading)), None)


def _period(parts: MasterTables) -> tuple[FiscalYear, FiscalYear] | None:
    first = maybe(FiscalYear.parse, _fact(parts, "開始年度"))
    last = maybe(FiscalYear.parse, _fact(parts, "終了年度"))
    return (first, last) if first and last and first <= last else None


def _criteria(parts: MasterTables) -> dict[str, range]:
    """The possible scores of every criterion that is fit to calculate with, by its key."""
    scores = {}
    for row in rows_of(parts, "評価項目"):
        low, high = maybe(score, row.get("最小")), maybe(score, row.get("最大"))
        if low is not None and high is not None and low <= high and "評価項目" in row:
            scores[key(row["評価項目"].text)] = range(low, high + 1)
    return scores


def _totals(parts: MasterTables) -> range | None:
    """All totals that can be reached; None where a criterion is not fit to calculate with."""
    scores = _criteria(parts)
    if not scores or len(scores) < len(rows_of(parts, "評価項目")):
        return None
    return range(sum(s[0] for s in scores.values()), sum(s[-1] for s in scores.values()) + 1)


def _headings(parts: MasterTables) -> Iterator[Finding]:
    for part in parts.values():
        for column in part.columns:
            if column.present and column.heading not in part.present:
                yield found("M102", part.top, heading=column.heading, where=part.headings_in)
        for cell in part.repeated:
            yield _at("M105", cell)


def _empty_tables(parts: MasterTables) -> Iterator[Finding]:
    for name, part in parts.items():
        if part.complete and not part.rows and name not in ("計画", "値", "説明", *OPTIONAL):
            yield found("M114", part.below, what=name)


def _single_cells(parts: MasterTables) -> Iterator[Finding]:
    for part in parts.values():
        for row in part.rows:
            for column in part.columns:
                cell = row.get(column.heading)
                if cell is None:
                    continue
                if cell.blank and column.filled:
                    yield _at("M103", cell)
                elif not cell.blank and maybe(column.read, cell) is None:
                    yield _at("M104", cell, expected=EXPECTED[column.read])


UNIQUE: tuple[tuple[str, str, Callable[[str], Hashable]], ...] = (
    ("テーマ", "№", key),
    ("テーマ", "略称", key),
    ("取組項目", "№", ordinal),
    ("実践項目", "小№", ordinal),
    ("部署", "部署", key),
    ("評価項目", "評価項目", key),
    ("総合評価", "総合評価", key),
    ("段階", "名称", key),
    ("段階", "順", ordinal),
    ("委員", "委員番号", ordinal),
)


def _doubles(parts: MasterTables) -> Iterator[Finding]:
    for name, heading, parser in UNIQUE:
        seen: set[Hashable] = {None}
        for cell in cells(parts, name, heading):
            value = maybe(parser, cell)
            if value is not None and value in seen:
                yield _at("M105", cell)
            seen.add(value)


def _limits(parts: MasterTables) -> Iterator[Finding]:
    for name, heading, most in (
        ("テーマ", "略称", MOST_THEMES),
        ("評価項目", "評価項目", MOST_CRITERIA),
    ):
        filled = cells(parts, name, heading)
        for cell in filled[most : most + 1]:
            yield _at("M113", cell, what=name, count=len(filled), most=most)


def _defined_names(parts: MasterTables) -> Iterator[Finding]:
    taken = "".join(f"『{name}』" for name in OF_A_YEAR)
    for name, heading in (("テーマ", "略称"), ("評価項目", "評価項目"), ("段階", "名称")):
        for cell in cells(parts, name, heading):
            fits = all(unicodedata.category(char) in LETTERS for char in cell.text)
            if not fits or len(cell.text) > MOST_LETTERS or cell.text in OF_A_YEAR:
                yield _at("M115", cell, most=MOST_LETTERS, taken=taken)


def _the_period(parts: MasterTables) -> Iterator[Finding]:
    start, end = _fact(parts, "開始年度"), _fact(parts, "終了年度")
    first, last = maybe(FiscalYear.parse, start), maybe(FiscalYear.parse, end)
    if start is None or end is None or first is None or last is None:
        return
    count = last.western - first.western + 1
    if count < 1:
        yield _at("M109", end, other=start.heading, limit=start.text)
    elif count > MOST_YEARS:
        yield _at("M111", end, count=count, most=MOST_YEARS)


def _years_outside(parts: MasterTables) -> Iterator[Finding]:
    if (period := _period(parts)) is None:
        return
    first, last = period
    for cell in (
        *cells(parts, "値", "評価年度"),
        *cells(parts, "値", "有効性評価年度"),
        *cells(parts, "実践項目", "開始年度"),
        *cells(parts, "実践項目", "取組終了"),
        *cells(parts, "実践項目", "再開"),
    ):
        for year in maybe(years, cell) or ():
            if not first <= year <= last:
                yield _at("M110", cell, value=year, first=first, last=last)


def _ends_before_start(parts: MasterTables) -> Iterator[Finding]:
    for row in rows_of(parts, "実践項目"):
        start, end = row.get("開始年度"), row.get("取組終了")
        first, last = maybe(FiscalYear.parse, start), maybe(FiscalYear.parse, end)
        if start and end and first and last and last < first:
            yield _at("M109", end, other=start.heading, limit=start.text)
        again = row.get("再開")
        reopened = maybe(FiscalYear.parse, again)
        if end and again and last and reopened and last == reopened:
            yield _at("M119", again, other=end.heading, limit=end.text)


def _former_criteria(parts: MasterTables) -> Iterator[Finding]:
    """A former name that is a present one, or that two criteria claim, tells nobody's history."""
    seen = {key(cell.text) for cell in cells(parts, "評価項目", "評価項目")}
    for cell in cells(parts, "評価項目", "旧名称"):
        for name in maybe(names, cell) or ():
            if key(name) in seen:
                yield _at("M105", cell, value=name)
            seen.add(key(name))


def _items_without_theme(parts: MasterTables) -> Iterator[Finding]:
    shorts = [cell.text for cell in cells(parts, "テーマ", "略称")]
    if not shorts or "取組項目" not in parts or not parts["取組項目"].complete:
        return  # without all columns nobody knows
    for row in rows_of(parts, "取組項目"):
        circles = [row[short] for short in shorts if short in row]
        if all(cell.blank or maybe(mark, cell) is False for cell in circles):
            yield _at("M107", circles[0], value=row["№"].text)


def _unknown_items(parts: MasterTables) -> Iterator[Finding]:
    known = {maybe(ordinal, cell) for cell in cells(parts, "取組項目", "№")}
    for cell in cells(parts, "実践項目", "大№") if known else ():
        number = maybe(ordinal, cell)
        if number is not None and number not in known:
            yield _at("M106", cell, sheet="取組項目", suggestion="")


def _waivers(parts: MasterTables) -> Iterator[Finding]:
    known = {maybe(ordinal, cell) for cell in cells(parts, "実践項目", "小№")}
    numbers = [*cells(parts, "特例", "小№"), *cells(parts, "訂正", "小№")]
    for cell in numbers if known else ():
        number = maybe(ordinal, cell)
        if number is not None and number not in known:
            yield _at("M106", cell, sheet="実践項目", suggestion="")
    for cell in cells(parts, "特例", "コード"):
        said = maybe(code, cell)
        if said is not None and said not in CATALOGUE:
            yield _at("M104", cell, expected=EXPECTED[code])


def _corrections(parts: MasterTables) -> Iterator[Finding]:
    """One that changes nothing, and two for the same field."""
    seen: set[tuple[int | None, str]] = set()
    for row in rows_of(parts, "訂正"):
        if not {"小№", "欄", "誤", "正"} <= row.keys():
            continue
        wrong, right = row["誤"], row["正"]
        if wrong.blank and right.blank:
            yield _at("M103", right)
        field = maybe(ordinal, row["小№"]), key(row["欄"].text)
        if field in seen and not row["欄"].blank:
            yield _at("M105", row["欄"])
        seen.add(field)


def _department_names(parts: MasterTables) -> Iterator[Finding]:
    known = {key(cell.text): cell.text for cell in cells(parts, "部署", "部署")}
    spellings = _former_names(parts) | known
    for cell in cells(parts, "実践項目", "担当部署"):
        listed = maybe(names, cell) or ()
        keys = [key(name) for name in listed]
        if keys[:1] == [key(EVERYBODY)]:
            yield _at("M108", cell, value=EVERYBODY)
        for at, name in enumerate(listed):
            if keys[at] in keys[:at]:
                yield _at("M105", cell, value=name)
            elif known and keys[at] not in known and keys[at] != key(EVERYBODY):
                near = nearest(name, spellings)
                suggestion = question(spellings[near] if near else None)
                yield _at("M106", cell, value=name, sheet="部署", suggestion=suggestion)


def _former_names(parts: MasterTables) -> dict[str, str]:
    """Present department names by the keys of their former names."""
    return {
        key(former): row["部署"].text
        for row in rows_of(parts, "部署")
        for former in maybe(names, row.get("旧名称")) or ()
        if "部署" in row
    }


def _score_ranges(parts: MasterTables) -> Iterator[Finding]:
    for row in rows_of(parts, "評価項目"):
        low, high = row.get("最小"), row.get("最大")
        least, most = maybe(score, low), maybe(score, high)
        if low and high and least is not None and most is not None and least > most:
            yield _at("M112", high, other=low.heading, limit=low.text)


def _thresholds(parts: MasterTables) -> Iterator[Finding]:
    limits = [row["合計下限"] for row in rows_of(parts, "総合評価") if "合計下限" in row]
    for cell in limits[:-1]:
        if cell.blank:
            yield _at("M103", cell)
    for above, cell in pairwise(limits):
        upper, lower = maybe(whole, above), maybe(whole, cell)
        if upper is not None and lower is not None and lower >= upper:
            yield _at("M116", cell, limit=upper)
    if (totals := _totals(parts)) is None:
        return
    for cell in limits:
        least = maybe(whole, cell) or 0
        if least > totals[-1]:
            yield _at("M117", cell, limit=totals[-1])
        elif cell is limits[-1] and least > totals[0]:
            yield _at("M118", cell, limit=totals[0])


def _minima(parts: MasterTables) -> Iterator[Finding]:
    rows, criteria, totals = rows_of(parts, "総合評価"), _criteria(parts), _totals(parts)
    for row in rows:
        for name in cells(parts, "評価項目", "評価項目"):
            cell, scores = row.get(f"{name.text}下限"), criteria.get(key(name.text))
            least = maybe(score, cell)
            if cell is None or scores is None or least is None:
                continue
            if least not in scores:
                yield _at("M104", cell, expected=_from_to(scores))
            elif row is rows[-1] and totals:
                yield _at("M118", cell, limit=totals[0])


def _meanings(parts: MasterTables) -> Iterator[Finding]:
    known = {key(cell.text) for cell in cells(parts, "評価項目", "評価項目")}
    criteria = _criteria(parts)
    seen: set[tuple[str, int]] = set()
    for row in rows_of(parts, "説明"):
        name, points, words = row.get("評価項目"), row.get("評点"), row.get("説明")
        if not (name and points and words) or name.blank or words.blank:
            continue  # the master prepares a row per score; one without words says nothing
        criterion, value = key(name.text), maybe(score, points)
        if known and criterion not in known:
            yield _at("M106", name, sheet="評価基準", suggestion="")
        elif value is not None and value not in criteria.get(criterion, range(10)):
            yield _at("M104", points, expected=_from_to(criteria[criterion]))
        elif value is not None and (criterion, value) in seen:
            yield _at("M105", points)
        if value is not None:
            seen.add((criterion, value))


def _from_to(scores: range) -> str:
    return f"{scores[0]}～{scores[-1]}の整数"


CHECKS: tuple[Callable[[MasterTables], Iterator[Finding]], ...] = (
    _headings,
    _empty_tables,
    _single_cells,
    _doubles,
    _limits,
    _defined_names,
    _the_period,
    _years_outside,
    _ends_before_start,
    _former_criteria,
    _items_without_theme,
    _unknown_items,
    _department_names,
    _waivers,
    _corrections,
    _score_ranges,
    _thresholds,
    _minima,
    _meanings,
)
