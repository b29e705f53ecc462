"""How differences are told, on paper, on the terminal and as a document. Pure."""

from __future__ import annotations

from typing import Any

from workbook_tools.compare.differences import Comparison, Mismatch, Shown
from workbook_tools.compare.variants import Change
from workbook_tools.era import FiscalYear
from workbook_tools.figures.columns import Datum

ROW_MISSING, ROW_EXTRA = "（行がありません）", "（余分な行です）"


def place(known: Mismatch) -> str:
    """``【取組項目別】№7 連携度``."""
    number = f"№{known.no}" if known.no is not None else "計画にない行"
    return f"【{known.kind}】{number}　{known.column}"


def values(known: Mismatch) -> str:
    """``一覧は『2』、正しくは『3』``."""
    return f"一覧は『{printed(known)}』、正しくは『{expected(known)}』"


def printed(known: Mismatch) -> str:
    """What the list says."""
    return ROW_MISSING if known.cell is None else text(known.printed, known.expected)


def expected(known: Mismatch) -> str:
    """What it should say."""
    if known.cell is None:
        return f"№{known.no}　{known.name}"
    return ROW_EXTRA if known.is_row else text(known.expected, known.printed)


def shown(change: Change) -> str:
    """``取組項目別№7の連携度 2.0→2.3``."""
    number = f"№{change.no}の" if change.no is not None else "の"
    before, after = plain(change.before), plain(change.after)
    return f"{change.table}{number}{change.column} {text(before, after)}→{text(after, before)}"


def text(value: Shown, beside: Shown) -> str:
    """A value; whole averages with their tenths, as 2.0 beside 2.3."""
    if value is None:
        return "－"
    if isinstance(value, int | float) and isinstance(beside, float):
        return f"{value:.1f}" if round(value, 1) == value else str(value)
    return str(value)


def plain(datum: Datum) -> Shown:
    """A figure as a document and a cell can hold it."""
    if isinstance(datum, FiscalYear):
        return datum.wide
    if isinstance(datum, tuple):
        return "、".join(datum)
    return datum


def as_json(done: Comparison, file: str) -> dict[str, object]:
    """The document of ``compare --json`` (contract), and besides it the reasons and the notes."""
    return {
        "year": str(done.year),
        "list": file,
        "orphan": done.orphan,
        "compared": done.compared,
        "agree": done.agree,
        "differences": [_difference(known) for known in done.differences],
        "notes": list(done.notes),
    }


def _difference(known: Mismatch) -> dict[str, Any]:
    source = known.place
    return {
        "table": str(known.kind),
        "no": known.no,
        "column": known.column,
        "list_sheet": known.sheet,
        "list_cell": known.cell,
        "printed": known.printed,
        "expected": known.expected,
        "file": source.file if source else None,
        "sheet": source.sheet if source else None,
        "cell": source.cell if source else None,
        "cause": str(known.explained.cause),
        "reason": known.explained.reason,
        "consequences": [
            {
                "table": str(change.table),
                "no": change.no,
                "column": change.column,
                "from": plain(change.before),
                "to": plain(change.after),
            }
            for change in known.consequences
        ],
    }
