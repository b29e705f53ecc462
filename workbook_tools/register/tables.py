"""Every table of a register as rows that can be compared with those of another register.

Numbers that a register gives by itself (of readings, forms, ballots, events) are replaced by what
they stand for: two registers that know the same have the same rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbook_tools.register.database import Register

Row = tuple[Any, ...]

# What people are told a table holds.
TITLES = {
    "answer": "読み取った内容",
    "ballot": "評価シート",
    "ballot_finding": "評価シートの指摘",
    "ballot_opinion": "審議会の意見",
    "ballot_score": "審議会の評価",
    "closing": "確定",
    "disposal": "廃棄",
    "distributed": "配布したシート",
    "finding": "指摘",
    "lying": "受信箱",
    "member": "委員",
    "output": "作った確認結果など",
    "past_result": "過去の実績",
    "past_score": "過去の評点",
    "past_title": "過去の名称",
    "prefilled": "配布したシートの内容",
    "reading": "受け取ったファイル",
    "receipt": "受領",
    "source": "受付簿",
    "submission": "シート",
    "written": "作った一覧など",
}
# Of one reading, by year and content: a verdict may differ where other rules made it.
JUDGED = ("reading", "submission", "answer", "finding")
_FORM = """(SELECT COUNT(*) FROM submission AS before
    WHERE before.reading_id = submission.reading_id AND before.id <= submission.id)"""
_QUERIES = {
    "source": "SELECT sha256, kind, name, year, taken_at, facts FROM source",
    "receipt": """SELECT year, sha256, kind, name, received_at, withdrawn_at, reason, repeats
        FROM receipt""",
    "reading": "SELECT year, sha256, file, received_at, rules FROM reading",
    "submission": f"""SELECT reading.year, sha256, {_FORM}, practice_no, sheet, located, status,
            finished, everything, this_year
        FROM submission JOIN reading ON reading.id = reading_id""",
    "answer": f"""SELECT reading.year, sha256, {_FORM}, answer.*
        FROM answer JOIN submission ON submission.id = submission_id
        JOIN reading ON reading.id = reading_id""",
    "finding": f"""SELECT reading.year, sha256, {_FORM}, finding.*
        FROM finding JOIN reading ON reading.id = finding.reading_id
        LEFT JOIN submission ON submission.id = submission_id""",
    "ballot": "SELECT year, sha256, file, received_at, member, faulty FROM ballot",
    "ballot_score": """SELECT year, sha256, item_no, score
        FROM ballot_score JOIN ballot ON ballot.id = ballot_id""",
    "ballot_opinion": """SELECT year, sha256, kind, no, text
        FROM ballot_opinion JOIN ballot ON ballot.id = ballot_id""",
    "ballot_finding": """SELECT year, sha256, ballot_finding.*
        FROM ballot_finding JOIN ballot ON ballot.id = ballot_id""",
}
# Columns of ``x.*`` above that are numbers of the register's own.
_OWN = {"answer": (3,), "finding": (3, 5), "ballot_finding": (2,)}
_IN_ORDER = ("source", "receipt")
_ASIDE = ("journal",)  # how far the ledger is written: not what happened


def rows(register: Register) -> Mapping[str, list[Row]]:
    """Table → its rows; sorted, but for those whose order says something."""
    found = {}
    for name in _names(register):
        query = _QUERIES.get(name, f"SELECT * FROM {name}")
        if name in _IN_ORDER:
            query += " ORDER BY id"
        own = _OWN.get(name, ())
        table = [
            tuple(value for col, value in enumerate(row) if col not in own)
            for row in register.rows(query)
        ]
        found[name] = table if name in _IN_ORDER else sorted(table, key=repr)
    return found


def _names(register: Register) -> list[str]:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    return [name for (name,) in register.rows(query) if name not in _ASIDE]
