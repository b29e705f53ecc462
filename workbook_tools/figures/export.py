"""`export`: the figures of a round as one JSON document, and as CSV tables (contract). Pure.

Both show the columns of :mod:`workbook_tools.figures.columns`, as the list does.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbook_tools.era import FiscalYear
from workbook_tools.figures import columns as declared
from workbook_tools.figures.columns import FigureColumn, Output
from workbook_tools.figures.compute import ENDED, Figures, Means, PracticeFigures, tenths
from workbook_tools.figures.facts import RoundData
from workbook_tools.figures.headline import Named, headline
from workbook_tools.register.records import Stored

Document = dict[str, Any]
Cell = str | int | float | None

# The keys of a record in the contract's order; a column of which nothing stands here comes last.
# ``scores`` (by year) and ``averages`` hold a figure per criterion.
_ORDER = (
    *("no", "item_no", "item", "name", "title", "departments", "themes"),
    *("item_count", "practice_count", "scores", "averages", "total", "grade"),
    *("previous_grade", "council_average", "finished", "status"),
    *("evaluated", "carried"),
)


def document(
    result: Figures,
    generated_at: str,
    answers: Mapping[int, Mapping[str, Stored]] | None = None,
) -> Document:
    """Everything the list shows, as data; ``generated_at`` is an ISO time.

    Numbers are numbers, averages rounded to 0.1. What is not known is null: every year of the plan
    up to the evaluated one has its key in ``scores``, every criterion its key in ``averages``.
    A practice that ended before has no total and grade of this year; ``carried`` are its last ones,
    which the list prints. ``texts`` are the answers with their references resolved.
    """
    plan = result.plan
    practices, items = declared.practice_columns(plan), declared.item_columns(plan)
    themes = declared.theme_columns(plan)
    return {
        "year": str(result.plan.round),
        "generated_at": generated_at,
        "plan": {"name": plan.name, "city": plan.city},
        "practices": [
            _practice(practices, known, _scores(result, known)) for known in result.practices
        ],
        "items": [
            _record(items, known, averages=_averages(result, known.now)) for known in result.items
        ],
        "themes": [
            _record(themes, known, averages=_averages(result, known.now)) for known in result.themes
        ],
        "headline": _headline(result),
        "texts": [
            {"no": no, "field": item.name, "text": text}
            for no, item, text in RoundData(result, answers or {}).texts()
        ],
    }


def as_json(data: Document) -> str:
    """The document as text, Japanese left readable."""
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def as_csv(result: Figures) -> dict[str, bytes]:
    """File name → content, one table each: UTF-8 with BOM, so that Excel opens them."""
    data, plan = document(result, ""), result.plan
    names = [criterion.name for criterion in plan.criteria]
    years = map(str, _years(result))
    scores = {f"{year} {name}": ("scores", year, name) for year in years for name in names}
    averages = {name: ("averages", name) for name in names}
    tables = {
        "practices.csv": _rows(declared.practice_columns(plan), data["practices"], scores),
        "items.csv": _rows(declared.item_columns(plan), data["items"], averages),
        "themes.csv": _rows(declared.theme_columns(plan), data["themes"], averages),
        "headline.csv": _headline_rows(data["headline"]),
    }
    return {name: csv_of(rows) for name, rows in tables.items()}


# -- the document ---------------------------------------------------------------------------------


def _record(columns: Iterable[FigureColumn[Any]], known: object, **nested: object) -> Document:
    """What the columns say of one practice, item or theme, in order."""
    said = {name: column.datum(known) for name, column in _exported(columns).items()} | nested
    return {name: said[name] for name in _ordered(said)}


def _practice(
    columns: Iterable[FigureColumn[PracticeFigures]], known: PracticeFigures, scores: Document
) -> Document:
    """What is carried on from the last year of an ended practice is told apart."""
    is_over, now = known.status == ENDED, known.now
    carried = {"total": now.total, "grade": now.grade} if is_over and now else None
    blank = {"total": None, "grade": None} if is_over else {}
    more = {"scores": scores, "evaluated": known.evaluated, "carried": carried}
    return _record(columns, known, **more, **blank)


def _exported(columns: Iterable[FigureColumn[Any]]) -> dict[str, FigureColumn[Any]]:
    return {column.data_name: column for column in columns if Output.DATA in column.shown}


def _ordered(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: _ORDER.index(name) if name in _ORDER else len(_ORDER))


def _scores(result: Figures, known: PracticeFigures) -> dict[str, dict[str, int] | None]:
    """Year → what was reached in that very year; nothing where nothing right came back."""
    found = {}
    for year in _years(result):
        standing = known.by_year.get(year)
        absent = standing is None or (year == result.year and known.now is None)
        found[str(year)] = None if absent or standing is None else dict(standing.scores)
    return found


def _years(result: Figures) -> list[FiscalYear]:
    return [year for year in result.plan.years if year <= result.year]


def _averages(result: Figures, means: Means | None) -> dict[str, float | None]:
    return {
        criterion.name: tenths(means.averages[criterion.name]) if means else None
        for criterion in result.plan.criteria
    }


def _number(value: int | None) -> float | None:
    return None if value is None else tenths(value)


def _headline(result: Figures) -> Document:
    told = headline(result)
    upper = {"A", "B"} == set(told.share.grades) and told.evaluated > 0
    council = any(item.council is not None for item in result.items)
    return {
        "evaluated": told.evaluated,
        "finished_before": told.finished_until_before,
        "finished_until_now": len(told.finished),
        "grades": dict(told.grades),
        "grades_previous": {name: (told.grades_before or {}).get(name, 0) for name in told.grades},
        "share": {
            "grades": list(told.share.grades),
            "percent": tenths(told.share.now) if told.evaluated else None,
            "previous_percent": _number(told.share.before),
        },
        "share_A_and_B": tenths(told.share.now) if upper else None,
        "missing": list(told.missing),
        "faulty": list(told.faulty),
        "biggest_rise": [_moved(named) for named in told.rises],
        "biggest_fall": [_moved(named) for named in told.falls],
        "items_with_council_average_4_or_more": len(told.council_high) if council else None,
        "council_highest": [_scored(named) for named in told.council_highest],
        "council_lowest": [_scored(named) for named in told.council_lowest],
    }


def _moved(named: Named) -> Document:
    return {"no": named.no, "title": named.name, "change": named.value}


def _scored(named: Named) -> Document:
    return {"no": named.no, "name": named.name, "council_average": tenths(named.value)}


# -- the tables -----------------------------------------------------------------------------------


Path = tuple[str, ...]  # keys from a record down to one figure


def _rows(
    columns: Iterable[FigureColumn[Any]], records: Iterable[Document], nested: Mapping[str, Path]
) -> list[list[Cell]]:
    """One row a record; ``nested`` are heading and path of the figures per criterion."""
    exported = _exported(columns)
    paths: dict[str, list[tuple[str, Path]]] = {
        name: [(column.key, (name,))] for name, column in exported.items()
    }
    for heading, path in nested.items():
        paths.setdefault(path[0], []).append((heading, path))
    places = [place for name in _ordered(paths) for place in paths[name]]
    head: list[Cell] = [heading for heading, _ in places]
    return [head, *([_at(record, path) for _, path in places] for record in records)]


def _at(record: Document, path: Path) -> Cell:
    value: Any = record
    for step in path:
        value = (value or {}).get(step)
    return "、".join(value) if isinstance(value, list) else value


_HEADLINES = {
    "evaluated": "評価した実践項目数",
    "finished_before": "前年度までに終了した実践項目数",
    "finished_until_now": "これまでに終了した実践項目数",
    "grades": "総合評価",
    "grades_previous": "前年度の総合評価",
    "share": "上位の総合評価の割合（％）",
    "missing": "未提出の小№",
    "faulty": "要修正の小№",
    "biggest_rise": "合計が最も上がった実践項目",
    "biggest_fall": "合計が最も下がった実践項目",
    "items_with_council_average_4_or_more": "審議会評価平均が4.0以上の取組項目数",
    "council_highest": "審議会評価平均が最も高い取組項目",
    "council_lowest": "審議会評価平均が最も低い取組項目",
}


def _headline_rows(headline: Mapping[str, Any]) -> list[list[Cell]]:
    """One row a figure; of several practices or items one row each."""
    rows: list[list[Cell]] = [["項目", "名称", "値"]]
    for key, words in _HEADLINES.items():
        value = headline[key]
        if key == "share":
            rows.append([words, "・".join(value["grades"]), value["percent"]])
        elif isinstance(value, dict):
            rows += [[words, name, count] for name, count in value.items()]
        elif isinstance(value, list):
            rows += [[words, *_named(entry)] for entry in value] or [[words, None, None]]
        else:
            rows.append([words, None, value])
    return rows


def _named(entry: int | Mapping[str, Any]) -> tuple[Cell, Cell]:
    """A number alone, or a practice or item with its figure."""
    if isinstance(entry, int):
        return None, entry
    no, name, value = entry.values()
    return f"№{no} {name}", value


# A cell that begins so is calculated by spreadsheet programs; wide signs too, in Japanese ones.
_ACTIVE = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def harmless(text: str) -> str:
    """A text that no spreadsheet program takes for a formula: ``=1+1`` → ``'=1+1``."""
    risky = text.startswith(("\t", "\r", "\n")) or text.lstrip().startswith(_ACTIVE)
    return f"'{text}" if risky else text


def csv_of(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Rows as a file that Excel opens and calculates nothing of: UTF-8 with BOM, CRLF."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    for row in rows:
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])
    return stream.getvalue().encode("utf-8-sig")
