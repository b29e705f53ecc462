"""What people see on the terminal: tables that know the width of Japanese characters.

Texts from workbooks are only ever text here: no markup, no control characters.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from workbook_tools.collect import telling
from workbook_tools.findings import Finding, Severity
from workbook_tools.register.records import PracticeState, ReadOtherwise, State
from workbook_tools.register.standing import COUNTS, departments, moment
from workbook_tools.terminal.console import weights
from workbook_tools.text import printable

if TYPE_CHECKING:
    from workbook_tools.collect.collection import Collection
    from workbook_tools.form.layout import Form
    from workbook_tools.register.members import MemberState

_NO_TERMINAL = 160  # columns where the output goes into a file
_FINDINGS_A_FILE = 3
_FILES = 10
_DOUBTS = 12


def show_collection(collection: Collection, form: Form, report: str) -> None:
    """The round in a screenful: counts, the first faults, what may be wrong, the next step."""
    console = _console()
    counts = "　".join(f"{state.value} {collection.count(state)}" for state in State)
    _line(console, f"{collection.year.long}　{len(collection.practices)}項目： {counts}")
    _line(console, f"新しく読んだファイル {collection.read_anew}件")
    _line(console, weights(known for known in collection.findings if known.code != "X801"))
    _show_faults(console, form, collection.findings)
    _show_doubts(console, form, telling.doubtful(collection))
    missing = collection.missing
    if missing:
        numbers = "、".join(map(str, missing[:30])) + ("ほか" if len(missing) > 30 else "")
        _line(console, f"未提出 {len(missing)}件： 小№ {numbers}")
    _line(console, f"くわしくは {report} をご覧ください。")
    _line(console, telling.next_step(collection))


def show_check(collection: Collection, form: Form, *, verbose: bool) -> None:
    """All findings of single files; with ``verbose`` whatever was read otherwise than typed."""
    console = _console()
    for file in collection.files:
        for number, status, _ in file.forms:
            _line(console, f"{file.file}　小№{number if number is not None else '？'}： {status}")
    for finding in collection.findings:
        _line(console, f"【{finding.severity.word}】{telling.with_file(form, finding)}")
    _line(console, weights(collection.findings))
    if verbose:
        show_readings(collection.readings)


def show_readings(readings: Iterable[ReadOtherwise]) -> None:
    """Every value that was read otherwise than typed, and why."""
    console = _console()
    for reading in readings:
        answer = reading.answer
        spot = f"{reading.file}　{answer.sheet}の{answer.cell}（{reading.field}）"
        _line(console, f"【読み替え】{spot}：『{answer.raw}』→『{answer.text}』（{reading.how}）")


def show_status(practices: Sequence[PracticeState]) -> None:
    """One line per department."""
    console = _console()
    rows = departments(practices)
    total = [sum(int(row[col]) for row in rows) for col in range(1, 1 + len(COUNTS))]
    _table(console, ("担当部署", *COUNTS, "最終受領"), [*rows, ["合計", *total, ""]])


def show_members(states: Sequence[MemberState]) -> None:
    """One line per member of the council: where the sheet stands, what the counting one says."""
    rows = [
        (
            f"委員{known.member.no}" + (f"　{known.member.name}" if known.member.name else ""),
            known.state.value,
            known.counting.scores if known.counting else "",
            known.counting.opinions if known.counting else "",
            moment(known.newest.received_at) if known.newest else "",
            known.newest.file if known.newest else "",
        )
        for known in states
    ]
    headings = ("委員", "状況", "評価", "意見", "最終受領", "ファイル")
    _table(_console(), headings, rows)


def _show_faults(console: Console, form: Form, findings: Sequence[Finding]) -> None:
    by_file: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.severity is Severity.ERROR and finding.code != "X801":
            by_file.setdefault(finding.place.file, []).append(finding)
    for file, errors in list(by_file.items())[:_FILES]:
        _line(console, f"要修正： {file}（誤り {len(errors)}件）")
        for finding in errors[:_FINDINGS_A_FILE]:
            _line(console, f"　　{telling.sentence(form, finding)}")
        if len(errors) > _FINDINGS_A_FILE:
            _line(console, f"　　ほか {len(errors) - _FINDINGS_A_FILE}件")
    if len(by_file) > _FILES:
        _line(console, f"要修正のファイルは、ほかに {len(by_file) - _FILES}件あります。")


def _show_doubts(console: Console, form: Form, doubts: Sequence[Finding]) -> None:
    """The warnings that may mean a wrong value, one a line, practice by practice."""
    if doubts:
        _line(console, f"違う内容を読んだおそれのあるところ（{len(doubts)}件）：")
    for finding in doubts[:_DOUBTS]:
        number = finding.place.item_no
        practice = "番号不明" if number is None else f"小№{number}"
        _line(console, f"　　{practice}　{telling.with_file(form, finding)}")
    if len(doubts) > _DOUBTS:
        _line(console, f"　　ほか {len(doubts) - _DOUBTS}件 → 確認結果")


def _table(console: Console, headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for heading in headings:
        table.add_column(
            Text(heading),
            justify="right" if heading in COUNTS else "left",
            no_wrap=True,
        )
    for row in rows:
        table.add_row(*(Text(printable(str(cell))) for cell in row))
    console.print(table)


def _line(console: Console, text: str) -> None:
    console.print(Text(printable(text)), soft_wrap=True)


def _console() -> Console:
    width = None if sys.stdout.isatty() else _NO_TERMINAL
    return Console(file=sys.stdout, width=width, highlight=False, markup=False, emoji=False)
