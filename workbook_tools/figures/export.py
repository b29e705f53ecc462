"""`export`: the figures of a round as one JSON document, and as CSV tables (contract). Pure.

The document is the contract's; the tables are made from it alone, so that both say the same.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbook_tools.era import FiscalYear
from workbook_tools.figures.compute import (
    Figures,
    ItemFigures,
    Means,
    PracticeFigures,
    Standing,
    tenths,
)
from workbook_tools.figures.headline import Named, headline

Document = dict[str, Any]
Cell = str | int | float | None


def document(result: Figures, generated_at: str) -> Document:
    """Everything the list shows, as data; ``generated_at`` is an ISO time.

    Numbers are numbers, averages rounded to 0.1. What is not known is null: every year of the plan
    up to the evaluated one has its key in ``scores``, every criterion its key in ``averages``.
    An ended practice carries total and grade of its last year, as the list does.
    """
    return {
        "year": str(result.year),
        "generated_at": generated_at,
        "plan": {"name": result.plan.name, "city": result.plan.city},
        "practices": [_practice(result, one) for one in result.practices],
        "items": [_item(result, one) for one in result.items],
        "themes": [
            {
                "no": one.theme.no,
                "name": one.theme.name,
                "item_count": len(one.items),
                "practice_count": one.practice_count,
                **_means(result, one.now),
                "council_average": _number(one.council),
            }
            for one in result.themes
        ],
        "headline": _headline(result),
    }


def as_json(data: Document) -> str:
    """The document as text, Japanese left readable."""
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def as_csv(data: Document) -> dict[str, bytes]:
    """File name → content, one table each: UTF-8 with BOM, so that Excel opens them."""
    tables = {
        "practices.csv": _practice_rows(data),
        "items.csv": _item_rows(data),
        "themes.csv": _theme_rows(data),
        "headline.csv": _headline_rows(data["headline"]),
    }
    return {name: _csv(rows) for name, rows in tables.items()}


# -- the document ---------------------------------------------------------------------------------


def _practice(result: Figures, one: PracticeFigures) -> Document:
    practice = one.practice
    years = [year for year in result.plan.years if year <= result.year]
    return {
        "no": practice.no,
        "item_no": practice.item_no,
        "item": result.plan.item(practice.item_no).name,
        "title": practice.title,
        "departments": list(practice.departments),
        "scores": {str(year): _scores(_in_year(result, one, year)) for year in years},
        "total": one.now.total if one.now else None,
        "grade": one.now.grade if one.now else None,
        "previous_grade": one.before.grade if one.before else None,
        "finished": str(one.finished) if one.finished else None,
        "status": one.status,
    }


def _in_year(result: Figures, one: PracticeFigures, year: FiscalYear) -> Standing | None:
    """What was reached in that very year; nothing of this year where nothing right came back."""
    if year == result.year and one.now is None:
        return None
    return one.by_year.get(year)


def _scores(standing: Standing | None) -> dict[str, int] | None:
    return dict(standing.scores) if standing else None


def _item(result: Figures, one: ItemFigures) -> Document:
    numbers = {theme.short: theme.no for theme in result.plan.themes}
    return {
        "no": one.item.no,
        "name": one.item.name,
        "themes": [numbers[short] for short in one.item.themes],
        "practice_count": len(one.practices),
        **_means(result, one.now),
        "previous_grade": one.before.grade if one.before else None,
        "council_average": _number(one.council),
    }


def _means(result: Figures, means: Means | None) -> Document:
    names = [criterion.name for criterion in result.plan.criteria]
    return {
        "averages": {name: tenths(means.averages[name]) if means else None for name in names},
        "total": tenths(means.total) if means else None,
        "grade": means.grade if means else None,
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


def _criteria(data: Document) -> list[str]:
    return list(data["items"][0]["averages"]) if data["items"] else []


def _practice_rows(data: Document) -> list[list[Cell]]:
    criteria, practices = _criteria(data), data["practices"]
    years = list(practices[0]["scores"]) if practices else []
    head: list[Cell] = ["小№", "大№", "取組項目", "実践項目", "担当部署"]
    head += [f"{year} {name}" for year in years for name in criteria]
    head += ["合計", "総合評価", "前年度の総合評価", "取組終了", "状況"]
    rows = [head]
    for one in practices:
        cells: list[Cell] = [one["no"], one["item_no"], one["item"], one["title"]]
        cells.append("、".join(one["departments"]))
        cells += [(one["scores"][year] or {}).get(name) for year in years for name in criteria]
        cells += [one[key] for key in ("total", "grade", "previous_grade", "finished", "status")]
        rows.append(cells)
    return rows


def _item_rows(data: Document) -> list[list[Cell]]:
    criteria = _criteria(data)
    head: list[Cell] = ["№", "取組項目", "テーマ", "実践項目数", *criteria, "合計"]
    head += ["総合評価", "前年度の総合評価", "審議会評価平均"]
    rows = [head]
    for one in data["items"]:
        cells: list[Cell] = [one["no"], one["name"], "、".join(one["themes"])]
        cells += [one["practice_count"], *one["averages"].values(), one["total"], one["grade"]]
        cells += [one["previous_grade"], one["council_average"]]
        rows.append(cells)
    return rows


def _theme_rows(data: Document) -> list[list[Cell]]:
    head: list[Cell] = ["№", "テーマ名", "取組項目数", "実践項目数", *_criteria(data), "合計"]
    rows = [[*head, "総合評価", "審議会評価平均"]]
    for one in data["themes"]:
        cells: list[Cell] = [one["no"], one["name"], one["item_count"], one["practice_count"]]
        cells += [*one["averages"].values(), one["total"], one["grade"], one["council_average"]]
        rows.append(cells)
    return rows


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
            rows += [[words, *_named(one)] for one in value] or [[words, None, None]]
        else:
            rows.append([words, None, value])
    return rows


def _named(one: int | Mapping[str, Any]) -> tuple[Cell, Cell]:
    """A number alone, or a practice or item with its figure."""
    if isinstance(one, int):
        return None, one
    no, name, value = one.values()
    return f"№{no} {name}", value


# A cell that begins so is calculated by spreadsheet programs; wide signs too, in Japanese ones.
_ACTIVE = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def harmless(text: str) -> str:
    """A text that no spreadsheet program takes for a formula: ``=1+1`` → ``'=1+1``."""
    risky = text.startswith(("\t", "\r", "\n")) or text.lstrip().startswith(_ACTIVE)
    return f"'{text}" if risky else text


def _csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    for row in rows:
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])
    return stream.getvalue().encode("utf-8-sig")
