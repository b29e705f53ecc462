"""`collect`: everything in the inbox read, checked and kept; and what is still missing.

A file is read once: the register keeps by content what was found in it, judged under the plan
master, the forms sent out and the version of the tool of that time. Where one of these changed,
every file of the round is judged anew from the archive. One run is one transaction.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from pathlib import Path

from workbook_tools import archive, checks, inbox, layout, readers, returns, waivers
from workbook_tools.answers import Submission
from workbook_tools.era import FiscalYear
from workbook_tools.findings import Finding, Place, Severity, found
from workbook_tools.grid import parse_cell
from workbook_tools.inbox import Received
from workbook_tools.intake import Intake, take_in
from workbook_tools.layout import Form, Kind
from workbook_tools.model import Department, Item, Plan, Practice
from workbook_tools.plan import sample
from workbook_tools.register import Distributed, Register, Source, Status
from workbook_tools.register import Kind as SourceKind
from workbook_tools.returns import Judged, PracticeState, Reading, Returned, State, Stored
from workbook_tools.text import key
from workbook_tools.workspace import Workspace, digest, read


@dataclass(frozen=True, slots=True)
class FileState:
    """One file of the inbox and the forms in it: number, status and manner of locating."""

    file: str
    sha256: str
    forms: tuple[tuple[int | None, Status, str], ...]


@dataclass(frozen=True, slots=True)
class Collection:
    """The round as it stands."""

    year: FiscalYear
    files: tuple[FileState, ...]
    findings: tuple[Finding, ...]
    practices: tuple[PracticeState, ...]
    read_anew: int = 0
    readings: tuple[tuple[int | None, str, str, Stored], ...] = ()  # read otherwise than typed

    @property
    def missing(self) -> tuple[int, ...]:
        """The numbers of practices that were not returned."""
        return tuple(one.practice.no for one in self.practices if one.state is State.MISSING)

    def count(self, state: State) -> int:
        """How many practices stand so."""
        return sum(1 for one in self.practices if one.state is state)

    @property
    def has_errors(self) -> bool:
        """True where something must be mended; what is only missing does not count."""
        return any(
            finding.severity is Severity.ERROR and finding.code != "X801"
            for finding in self.findings
        )


def collect(
    workspace: Workspace,
    plan: Plan,
    year: FiscalYear,
    now: str,
    *,
    passwords: Sequence[str] = (),
    jobs: int = 1,
    scheduler: str | None = None,
    step: Callable[[int, int], None] = lambda done, total: None,
) -> Collection:
    """Take in what is new in the inbox and give the round as it stands. ``now`` is an ISO time.

    ``jobs`` threads read, or the workers of the Dask cluster at ``scheduler``; the outcome is the
    same. Raises UserError where register, archive or cluster cannot be used; never for anything a
    file holds.
    """
    with Register.open(workspace.register) as register:
        judge = Judge(register, plan, year, now, passwords)
        known = returns.readings(register, year)
        if any(reading.rules != judge.rules for reading in known.values()):
            returns.forget(register, year)
            for done, reading in enumerate(known.values(), start=1):
                data = archive.content(workspace.archive, reading.sha256)
                judge.keep(replace(reading, rules=judge.rules), judge.read(data, reading.file))
                step(done, len(known))
        arrivals = _Arrivals(workspace, set(known), returns.of_earlier_rounds(register, year))
        sources: list[Source] = []
        for received, intake in _read(arrivals, judge, jobs, scheduler):
            reading = Reading(intake.sha256, received.name, now, judge.rules)
            if not judge.keep(reading, intake):
                arrivals.set_aside(intake)
                continue
            archive.keep(workspace.archive, received.data or b"")
            sources.append(Source(intake.sha256, SourceKind.RETURN, received.name, year, now))
            step(len(sources), 0)
        count = len(sources)
        sources.extend(_plan_version(workspace, register, year, now))
        archive.note(workspace.archive, sources)
        for source in sources:
            register.note_source(source)
        return replace(
            _collection(register, plan, year, arrivals.present, arrivals.said, now),
            read_anew=count,
            readings=tuple(returns.reinterpreted(register, year)),
        )


class _Arrivals:
    """The contents of the inbox that are new to this round; remembers what lies there."""

    def __init__(self, workspace: Workspace, known: set[str], earlier: set[str]) -> None:
        self._workspace = workspace
        self._known = known
        self._earlier = earlier
        self.present: list[tuple[str, str]] = []  # name and sha256 of every file of this round
        self.said: list[Finding] = []  # findings of files that are not kept

    def __iter__(self) -> Iterator[Received]:
        for received in inbox.files(self._workspace):
            if received.data is None:
                self.said.extend([received.finding] if received.finding else [])
                continue
            sha256 = digest(received.data)
            if sha256 in self._earlier:
                continue
            self.present.append((received.name, sha256))
            if sha256 not in self._known:
                self._known.add(sha256)
                yield received

    def set_aside(self, intake: Intake) -> None:
        """A file that is no return, or that may be readable another time."""
        self.said.extend(intake.findings)
        self.present = [one for one in self.present if one[1] != intake.sha256]


def _read(
    arrivals: _Arrivals, judge: Judge, jobs: int, scheduler: str | None
) -> Iterator[tuple[Received, Intake]]:
    work = judge.reader()
    if scheduler:
        return readers.with_cluster(arrivals, work, scheduler)
    if jobs > 1:
        return readers.with_threads(arrivals, work, jobs)
    return readers.one_by_one(arrivals, work)


def _plan_version(
    workspace: Workspace, register: Register, year: FiscalYear, now: str
) -> list[Source]:
    """Keep the plan master this round is judged by, if it is another one than last time."""
    if not workspace.plan_master.exists():
        return []
    sha256 = archive.keep(workspace.archive, read(workspace.plan_master))
    if sha256 == returns.plan_version(register, year):
        return []
    name = workspace.relative(workspace.plan_master)
    return [Source(sha256, SourceKind.PLAN, name, year, now)]


def state_of_round(workspace: Workspace, plan: Plan, year: FiscalYear, now: str) -> Collection:
    """The round as the register knows it; nothing is read from the inbox."""
    with Register.open(workspace.register, write=False) as register:
        return _collection(register, plan, year, [], [], now)


def check_files(
    workspace: Workspace,
    plan: Plan | None,
    year: FiscalYear | None,
    now: str,
    paths: Iterable[str],
    passwords: Sequence[str] = (),
) -> Collection:
    """Read and check single files; nothing is stored (`check`).

    Without a plan master the rules of the sample hold, and header and number are believed.
    """
    rules = plan or sample()
    year = year or rules.evaluated
    with Register.open(workspace.register, write=False) as register:
        judge = Judge(register, rules, year, now, passwords, believing=plan is None)
    files, findings = [], []
    readings: list[tuple[int | None, str, str, Stored]] = []
    for path in paths:
        for received in inbox.received(Path(path), path):
            if received.data is None:
                findings.extend([received.finding] if received.finding else [])
                continue
            intake, forms = judge.judge(received.data, received.name)
            findings.extend(intake.findings)
            findings.extend(finding for form in forms for finding in form.findings)
            files.append(_file_state(received.name, intake.sha256, forms))
            for form in forms:
                readings.extend(returns.read_otherwise(form.submission))
    findings.sort(key=_excel_order)
    return Collection(year, tuple(files), tuple(findings), (), len(files), tuple(readings))


def _take_in(received: Received, form: Form, passwords: tuple[str, ...]) -> Intake:
    return take_in(received.data or b"", received.name, form, passwords)


class Judge:
    """Reads and checks files of one round against the plan and what was sent out."""

    def __init__(
        self,
        register: Register,
        plan: Plan,
        year: FiscalYear,
        now: str,
        passwords: Sequence[str],
        *,
        believing: bool = False,
    ) -> None:
        self._register = register
        self._believing = believing
        self._plan = plan
        self._year = year
        self._passwords = passwords
        self._form = layout.form_of(plan)
        self._practices = {practice.no: practice for practice in plan.practices}
        self._sent = register.distributed(year)
        self._waivers = waivers.active(plan, now)
        self.rules = returns.rules(plan, year, self._sent, self._waivers)

    def reader(self) -> Callable[[Received], Intake]:
        """The pure step from bytes to forms, for any thread or machine."""
        return partial(_take_in, form=self._form, passwords=tuple(self._passwords))

    def read(self, data: bytes, name: str) -> Intake:
        """The forms of one file."""
        return take_in(data, name, self._form, self._passwords)

    def check(self, intake: Intake) -> list[Judged]:
        """A file's forms, each with its findings."""
        return [self._judged(submission) for submission in intake.submissions]

    def judge(self, data: bytes, name: str) -> tuple[Intake, list[Judged]]:
        """One file read and checked."""
        intake = self.read(data, name)
        return intake, self.check(intake)

    def keep(self, reading: Reading, intake: Intake) -> bool:
        """Check a file and keep what was found; False where it is to be tried again next time.

        A protected file may open with another password; council sheets and the like are no returns.
        """
        if any(finding.code in ("F002", "F004") for finding in intake.findings):
            return False
        returns.add(self._register, self._year, reading, intake.findings, self.check(intake))
        return True

    def _judged(self, submission: Submission) -> Judged:
        plan = _believed(self._plan, submission) if self._believing else self._plan
        practice = self._practices.get(submission.practice_no or 0)
        sent = self._sent.get(submission.practice_no or 0)
        context = checks.Context(
            self._form,
            plan,
            self._year,
            practice.lead if practice else None,
            {cell.field: cell for cell in sent.prefilled} if sent else {},
        )
        findings = waivers.apply(checks.check(submission, context), self._waivers)
        faulty = any(finding.severity is Severity.ERROR for finding in findings)
        return Judged(
            submission,
            Status.FAULTY if faulty else Status.ACCEPTED,
            _finished(submission, self._year) if not faulty else None,
            findings,
            _everything(submission, self._form),
            _this_year(submission, self._form, self._year),
        )


def _believed(plan: Plan, submission: Submission) -> Plan:
    """The plan with the practice as its own sheet prints it, where there is no plan master."""
    number = submission.practice_no
    if number is None:
        return plan
    names = tuple(filter(None, submission.value("担当部署").split("、")))
    item_no = int(re.sub(r"\D", "", submission.value("取組項目番号")) or 0)
    practice = Practice(number, item_no, submission.value("実践項目"), names or ("担当部署",))
    return replace(
        plan,
        items=(Item(item_no, submission.value("取組項目"), ()),),
        practices=(practice,),
        departments=tuple(Department(name) for name in names),
    )


def _finished(submission: Submission, year: FiscalYear) -> FiscalYear | None:
    """An accepted date ends the practice in the evaluated year (domain §4)."""
    return year if submission.value("取組終了_年") and submission.value("取組終了_月") else None


_TYPED = (Kind.TEXT, Kind.SCORE, Kind.STATUS, Kind.END_YEAR, Kind.END_MONTH)
# What a department writes about the evaluated year; of the rest much is alike between practices.
_OWN_STEMS = frozenset({"工程_変更", "取組予定", "取組結果", "課題", "解決方法"})
# So few and short answers may well be alike by chance: forms that are hardly filled in.
_LEAST_ANSWERS, _LEAST_LETTERS = 5, 30


def _everything(submission: Submission, form: Form) -> str:
    """A digest of all that was typed: equal ones are copies of one another."""
    values = [submission.value(field.name) for field in form.fields if field.kind in _TYPED]
    return digest(repr(values).encode())


def _this_year(submission: Submission, form: Form, year: FiscalYear) -> str:
    """A digest of the evaluated year's texts, evened out; empty where hardly any were given."""
    texts = [
        (field.name, key(submission.value(field.name)))
        for field in form.fields
        if field.kind is Kind.TEXT
        and (field.year is None or (field.year == year and field.stem in _OWN_STEMS))
    ]
    given = [(name, text) for name, text in texts if text]
    letters = sum(len(text) for _, text in given)
    if len(given) < _LEAST_ANSWERS or letters < _LEAST_LETTERS:
        return ""
    return digest(repr(given).encode())


# -- the round as it stands -----------------------------------------------------------------------


def _collection(
    register: Register,
    plan: Plan,
    year: FiscalYear,
    present: Sequence[tuple[str, str]],
    said: Sequence[Finding],
    now: str,
) -> Collection:
    versions = returns.forms(register, year)
    practices = returns.practice_states(register, plan, year, versions)
    newest = {form.id for form in returns.newest(versions).values()}
    shas = {sha256 for _, sha256 in present}
    nameless = {form.id for form in versions if form.practice_no is None and form.sha256 in shas}
    findings = [*said]
    for sha256, form, finding in returns.findings(register, year):
        if form in newest or form in nameless or (form is None and sha256 in shas):
            findings.append(finding)
    findings.extend(_several_versions(versions, plan))
    findings.extend(_same_answers(returns.newest(versions).values(), plan))
    findings.sort(key=_excel_order)
    findings.extend(_not_returned(practices, register.distributed(year)))
    findings = list(waivers.apply(findings, waivers.active(plan, now)))
    returned = {one.practice.no for one in practices if one.newest}
    findings.extend(waivers.doubtful(plan, now, findings, returned))
    by_file = {
        sha256: list(forms) for sha256, forms in groupby(versions, key=lambda form: form.sha256)
    }
    files = tuple(
        FileState(
            name,
            sha256,
            tuple((one.practice_no, one.status, one.located) for one in by_file.get(sha256, [])),
        )
        for name, sha256 in present
    )
    return Collection(year, files, tuple(findings), practices)


def _several_versions(versions: Sequence[Returned], plan: Plan) -> Iterator[Finding]:
    """F008: one practice came more than once with different content."""
    of_practice: dict[int, list[Returned]] = {}
    for form in versions:
        if form.practice_no is not None:
            of_practice.setdefault(form.practice_no, []).append(form)
    counting = returns.counting(versions)
    leads = {practice.no: practice.lead for practice in plan.practices}
    for number, forms in of_practice.items():
        if len({form.everything for form in forms}) < 2:
            continue
        last, counts = forms[-1], counting.get(number)
        place = Place(last.file, last.sheet, None, None, number, leads.get(number))
        names = "、".join(dict.fromkeys(form.file for form in forms))
        yield found(
            "F008", place, number=number, files=names, counts=counts.file if counts else "なし"
        )


def _same_answers(newest: Iterable[Returned], plan: Plan) -> Iterator[Finding]:
    """F009: one form came back under two numbers; said of both."""
    leads = {practice.no: practice.lead for practice in plan.practices}
    alike: dict[str, list[Returned]] = {}
    for form in newest:
        if form.this_year:
            alike.setdefault(form.this_year, []).append(form)
    for forms in alike.values():
        for form, other in zip(forms, [*forms[1:], forms[0]], strict=True):
            if other is not form:
                lead = leads.get(form.practice_no or 0)
                place = Place(form.file, form.sheet, None, "項目番号", form.practice_no, lead)
                yield found("F009", place, other=other.practice_no, file=other.file)


def _not_returned(
    practices: Iterable[PracticeState], sent: Mapping[int, Distributed]
) -> Iterator[Finding]:
    """X801: nothing came back."""
    for one in practices:
        if one.state is State.MISSING:
            entry = sent.get(one.practice.no)
            place = Place(
                entry.path if entry else "", item_no=one.practice.no, department=one.practice.lead
            )
            yield found("X801", place, number=one.practice.no, title=one.practice.title)


def _file_state(name: str, sha256: str, forms: Iterable[Judged]) -> FileState:
    return FileState(
        name,
        sha256,
        tuple((one.submission.practice_no, one.status, one.submission.located) for one in forms),
    )


def _excel_order(finding: Finding) -> tuple[str, str, int, int]:
    place = finding.place
    row, col = parse_cell(place.cell) if place.cell else (-1, -1)
    return place.file, place.sheet or "", row, col


def as_json(collection: Collection) -> dict[str, object]:
    """The document of ``--json`` (contract, Findings)."""
    return {
        "year": str(collection.year),
        "files": [
            {
                "file": file.file,
                "sha256": file.sha256,
                "forms": [
                    {"item_no": number, "status": status.value, "located_by": located}
                    for number, status, located in file.forms
                ],
            }
            for file in collection.files
        ],
        "practices": [
            {
                "item_no": one.practice.no,
                "department": one.practice.lead,
                "status": one.state.value,
                "file": one.newest.file if one.newest else None,
                "received_at": one.newest.received_at if one.newest else None,
                "versions": one.versions,
                "returned": one.faulty_versions,
            }
            for one in collection.practices
        ],
        "findings": [_finding_json(finding) for finding in collection.findings],
        "missing": list(collection.missing),
    }


def _finding_json(finding: Finding) -> dict[str, object]:
    place = finding.place
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "file": place.file,
        "sheet": place.sheet,
        "cell": place.cell,
        "item_no": place.item_no,
        "department": place.department,
        "field": place.field,
        "value": finding.value,
        "message": finding.message,
        "hint": finding.hint,
    }
