"""`council`: the members' sheets out and back, their averages, their opinions gathered (domain §7).

A sheet is read like a department's: by names, otherwise by its labels; every finding at once; the
newest right version of a member counts. An empty score is an abstention, not a mistake.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbook_tools.cells import Area
from workbook_tools.council import ballot, opinions
from workbook_tools.council.ballot import ENDED, ITEM, SCORES, Target
from workbook_tools.council.opinions import Opinion, Tally
from workbook_tools.era import FiscalYear
from workbook_tools.excel.read.book import Book, Table, UnreadableError, Value, open_book
from workbook_tools.figures.compute import Figures, compute
from workbook_tools.figures.facts import gather
from workbook_tools.findings import Finding, Place, Severity, UserError, found
from workbook_tools.form.layout import Field, Kind
from workbook_tools.intake import inbox
from workbook_tools.intake.answers import Found, understand
from workbook_tools.plan import grading
from workbook_tools.plan.model import Member, Plan, check_year
from workbook_tools.register import ledger
from workbook_tools.register import submissions as returns
from workbook_tools.register.database import Kind as SourceKind
from workbook_tools.register.database import Register, Source
from workbook_tools.text import half_width, is_blank, key, squeeze, tidy
from workbook_tools.workspace import Workspace, digest, put, read

_NUMBER = re.compile(r"(?:no\.?|№)\s*(\d{1,4})", re.IGNORECASE)
_YEAR = re.compile(r"(?:令和|[rR])\d{1,2}|20\d\d")
_LABELS = {
    key(ballot.SCORE_LABEL): "評価",
    key("評価"): "評価",
    key(ballot.OPINION_LABEL): "意見",
    key(ballot.ENDED_LABEL): "終了意見",
    key(ballot.MEMBER): "委員番号",
    key(ballot.YEAR): "確認年度",
}
# How the reader of scores is told that a cell holds one.
_SCORE = Field("評価", "評価", "評価", 0, Area(0, 0), Kind.SCORE)


@dataclass(frozen=True, slots=True)
class Council:
    """The council's side of a round: who returned, what was found, the averages in tenths."""

    year: FiscalYear
    returned: tuple[int, ...]
    missing: tuple[int, ...]
    findings: tuple[Finding, ...]
    tallies: tuple[Tally, ...]
    added: int  # rows of 意見集約
    path: Path

    @property
    def has_errors(self) -> bool:
        """True where a sheet must be mended."""
        return any(one.severity is Severity.ERROR and one.code != "V106" for one in self.findings)


@dataclass(frozen=True, slots=True)
class _Cell:
    """One field of a sheet: where it was found and what it holds."""

    table: Table
    row: int
    col: int

    @property
    def value(self) -> Value:
        return self.table.value(self.row, self.col)

    @property
    def text(self) -> str:
        return self.table.text(self.row, self.col)

    def place(self, file: str, field: str) -> Place:
        return Place(file, self.table.sheet, self.table.cell(self.row, self.col), field)


_Cells = dict[str, _Cell]


def distribute(workspace: Workspace, plan: Plan, year: FiscalYear, count: int | None) -> list[Path]:
    """Write one sheet per member into ``templates/R3/評価シート/``; the paths written.

    Members come from the plan master, or are numbered 1 … ``count``. Raises UserError where
    neither says who they are.
    """
    check_year(plan, year)
    members = plan.members or tuple(Member(no) for no in range(1, (count or 0) + 1))
    if not members:
        raise UserError(
            "委員が分かりません。計画マスタのシート『委員』に書くか、"
            "--members で人数を指定してください。"
        )
    with Register.open(workspace.register) as register:
        figures = compute(plan, gather(register, plan, year))
        register.change("DELETE FROM member WHERE year = ?", year.western)
        register.add(
            "INSERT INTO member VALUES (?, ?)", [(year.western, member.no) for member in members]
        )
        paths = []
        for member in members:
            path = workspace.forms(year) / ballot.SHEET / ballot.file_name_of(member)
            put(path, ballot.workbook(figures, member))
            paths.append(path)
    return paths


def collect(
    workspace: Workspace, plan: Plan, year: FiscalYear, now: str, passwords: Sequence[str] = ()
) -> Council:
    """Take in the members' sheets of the inbox and gather what they say in 意見集約."""
    check_year(plan, year)
    with Register.open(workspace.register) as register:
        figures = compute(plan, gather(register, plan, year))
        findings = _take_in_all(workspace, register, figures, now, passwords)
        counting = _counting(register, year)
        members = _members(register, plan, year)
        missing = tuple(no for no in members if no not in counting)
        findings.extend(found("V106", Place("", item_no=None), number=no) for no in missing)
        tallies = tuple(_tallies(register, figures, year))
        said = _opinions(register, year)
    path = workspace.outbox / f"意見集約_{year}.xlsx"
    existing = read(path) if path.exists() else None
    title = f"{plan.name}　{year.long}"
    data, added = opinions.gathered(existing, title, said, tallies)
    put(path, data)
    return Council(year, tuple(sorted(counting)), missing, tuple(findings), tallies, added, path)


def take_again(register: Register, plan: Plan, source: Source, data: bytes) -> None:
    """Take a sheet in from the archive, as it was taken in then (`collect --rebuild`)."""
    assert source.year is not None
    figures = compute(plan, gather(register, plan, source.year))
    try:
        cells = _cells(open_book(data))
    except UnreadableError:
        return  # protected: it will be asked for again while it lies in the inbox
    if ballot.MEMBER in cells:
        members = set(_members(register, plan, source.year))
        sheet = _Sheet(source.name, cells, figures, members)
        sheet.keep(register, source.sha256, source.taken_at, None)


def averages(register: Register, year: FiscalYear) -> dict[int, int]:
    """審議会評価平均 per item in tenths, over the members that gave a score (domain §7)."""
    scores = _scores(register, year)
    return {item_no: grading.mean_tenths(given) for item_no, given in scores.items()}


def _scores(register: Register, year: FiscalYear) -> dict[int, list[int]]:
    """The scores that count, per item."""
    scores: dict[int, list[int]] = {}
    for item_no, score in register.rows(_COUNTED_SCORES, year.western):
        scores.setdefault(item_no, []).append(score)
    return scores


# The newest right version of every member.
_COUNTING = """SELECT MAX(id) AS id, member FROM ballot
    WHERE year = ? AND faulty = 0 GROUP BY member"""
_COUNTED_SCORES = f"""WITH counting AS ({_COUNTING})
    SELECT item_no, score FROM counting JOIN ballot_score ON ballot_id = id"""


def _counting(register: Register, year: FiscalYear) -> set[int]:
    return {member for _, member in register.rows(_COUNTING, year.western)}


def _members(register: Register, plan: Plan, year: FiscalYear) -> list[int]:
    query = "SELECT no FROM member WHERE year = ? ORDER BY no"
    sent = [no for (no,) in register.rows(query, year.western)]
    return sent or [member.no for member in plan.members]


def _tallies(register: Register, figures: Figures, year: FiscalYear) -> Iterable[Tally]:
    scores = _scores(register, year)
    members = len(_counting(register, year))
    for one in figures.items:
        given = scores.get(one.item.no, [])
        counts = {score: given.count(score) for score in SCORES}
        mean = grading.mean_tenths(given) if given else None
        yield Tally(one.item.no, one.item.name, counts, members - len(given), mean)


def _opinions(register: Register, year: FiscalYear) -> list[Opinion]:
    query = f"""WITH counting AS ({_COUNTING})
        SELECT kind, no, member, text FROM counting JOIN ballot_opinion ON ballot_id = id"""
    rows = register.rows(query, year.western)
    return [Opinion(Target(kind, no), member, text) for kind, no, member, text in rows]


# -- reading --------------------------------------------------------------------------------------


def _take_in_all(
    workspace: Workspace,
    register: Register,
    figures: Figures,
    now: str,
    passwords: Sequence[str],
) -> list[Finding]:
    """Read every sheet of a member in the inbox; progress sheets and what is known are skipped."""
    year = figures.year
    query = "SELECT sha256, year, id FROM ballot"
    kept = {sha256: (western, number) for sha256, western, number in register.rows(query)}
    progress = set(returns.readings(register, year)) | returns.of_earlier_rounds(register, year)
    members = set(_members(register, figures.plan, year))
    findings: list[Finding] = []
    sources = []
    seen: dict[int, str] = {}
    for received in inbox.files(workspace):
        if received.data is None:
            continue
        sha256 = digest(received.data)
        western, number = kept.get(sha256, (year.western, None))
        if western != year.western or sha256 in progress:
            continue
        try:
            book = open_book(received.data, passwords)
            cells = _cells(book)
        except UnreadableError:
            continue  # `collect` speaks of files that are no workbooks
        if ballot.MEMBER not in cells:
            continue
        sheet = _Sheet(received.name, cells, figures, members)
        findings.extend(sheet.findings)
        if sheet.member is not None:
            if sheet.member in seen and not sheet.faulty:
                place = cells[ballot.MEMBER].place(received.name, ballot.MEMBER)
                findings.append(found("V103", place, number=sheet.member, file=seen[sheet.member]))
            seen[sheet.member] = received.name
        sheet.keep(register, sha256, now, number)
        ledger.keep(workspace.archive, received.data)
        sources.append(Source(sha256, SourceKind.COUNCIL, received.name, year, now))
    noted = {(source.sha256, source.year) for source in register.sources()}
    new = [source for source in sources if (source.sha256, source.year) not in noted]
    ledger.note(workspace.archive, new)
    for source in new:
        register.note_source(source)
    return findings


def _cells(book: Book) -> _Cells:
    """The fields of a member's sheet by name, what names do not tell by label."""
    cells: _Cells = {}
    for sheet in book.sheets:
        cells |= _by_labels(book.table(sheet))
    known = set(book.sheets)
    for name in book.container.names:
        if name.scope is None and name.sheet in known and _is_field(name.name):
            cells[name.name] = _Cell(book.table(name.sheet), name.row, name.col)
    return cells


def _is_field(name: str) -> bool:
    return name in (ballot.MEMBER, ballot.YEAR) or name.startswith(("評価_", "意見_", "終了意見_"))


def _by_labels(table: Table) -> _Cells:
    """Block by block down the sheet: a number, then the labels that belong to it."""
    cells: _Cells = {}
    item = practice = None
    for row in range(len(table.grid)):
        for col in range(len(table.grid[row])):
            text = table.text(row, col)
            if is_blank(text) or len(text) > 300:
                continue
            label = _LABELS.get(key(text))
            match = _NUMBER.match(half_width(text).strip())
            if match and squeeze(half_width(text)) == squeeze(match[0]):
                item, practice = int(match[1]), None
            elif match and "取組終了" in text:
                practice = int(match[1])
            if label is None:
                continue
            spot = _right_of(table, row, col)
            if label in (ballot.MEMBER, ballot.YEAR):
                cells.setdefault(label, spot)
            elif label == "評価" and item is not None:
                cells.setdefault(ballot.score_name(item), spot)
            elif label == "意見" and item is not None:
                cells.setdefault(ballot.opinion_name(Target(ITEM, item)), spot)
            elif label == "終了意見" and practice is not None:
                cells.setdefault(ballot.opinion_name(Target(ENDED, practice)), spot)
    return cells


def _right_of(table: Table, row: int, col: int) -> _Cell:
    """The first filled cell to the right of a label; the scale printed there is none."""
    for right in range(col + 1, len(table.grid[row])):
        text = table.text(row, right)
        if not is_blank(text):
            blank = key(text) == key(ballot.SCALE) or key(text) in _LABELS
            return _Cell(table, row, col + 3 if blank else right)
    return _Cell(table, row, col + 3)


class _Sheet:
    """One member's sheet, read and checked."""

    def __init__(self, file: str, cells: _Cells, figures: Figures, members: set[int]) -> None:
        self._file = file
        self._cells = cells
        self._figures = figures
        self.findings: list[Finding] = []
        self.scores: dict[int, int] = {}
        self.opinions: dict[Target, str] = {}
        self.member = self._member(members)
        self._check_year()
        if figures.is_effectiveness_year:
            for one in figures.items:
                self._score(one.item.no)
        for target in ballot.targets(figures):
            cell = cells.get(ballot.opinion_name(target))
            if cell and not is_blank(cell.text):
                self.opinions[target] = tidy(cell.text)
        if not self.scores and not self.opinions and not self.faulty:
            self._find("V105", ballot.MEMBER)

    @property
    def faulty(self) -> bool:
        """True where something must be mended before the sheet counts."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    def keep(self, register: Register, sha256: str, now: str, number: int | None) -> None:
        """Put the sheet into the register; a faulty one is kept but does not count.

        ``number`` is its place in the order of receipt, where it was received before.
        """
        if number is not None:
            register.change("DELETE FROM ballot WHERE id = ?", number)
        number = register.change(
            """INSERT INTO ballot (id, year, sha256, file, received_at, member, faulty)
                VALUES (?, ?, ?, ?, ?, ?, ?)""",
            number,
            self._figures.year.western,
            sha256,
            self._file,
            now,
            self.member,
            int(self.faulty),
        )
        register.add(
            "INSERT INTO ballot_score VALUES (?, ?, ?)",
            [(number, item_no, score) for item_no, score in self.scores.items()],
        )
        register.add(
            "INSERT INTO ballot_opinion VALUES (?, ?, ?, ?)",
            [(number, one.kind, one.no, text) for one, text in self.opinions.items()],
        )

    def _find(self, code: str, name: str, **facts: object) -> None:
        cell = self._cells[name]
        self.findings.append(found(code, cell.place(self._file, name), cell.text, **facts))

    def _member(self, members: set[int]) -> int | None:
        _, value, _, _ = understand(_SCORE, self._cells[ballot.MEMBER].value)
        number = int(value) if value.isdecimal() else None
        if number is None or (members and number not in members):
            self._find("V102", ballot.MEMBER, value=self._cells[ballot.MEMBER].text or "空欄")
            return None
        return number

    def _check_year(self) -> None:
        cell = self._cells.get(ballot.YEAR)
        match = _YEAR.search(squeeze(half_width(cell.text))) if cell else None
        if match and FiscalYear.parse(match[0]) != self._figures.year:
            self._find("V104", ballot.YEAR, value=match[0], year=self._figures.year.wide)

    def _score(self, item_no: int) -> None:
        name = ballot.score_name(item_no)
        cell = self._cells.get(name)
        if cell is None:
            return
        raw, value, kind, _ = understand(_SCORE, cell.value)
        if not value and kind is not Found.FORMULA:
            return  # an abstention
        if kind in (Found.DATE, Found.BOOLEAN) or not value.isdecimal() or int(value) not in SCORES:
            self._find("V101", name, number=item_no, value=raw)
            return
        self.scores[item_no] = int(value)
