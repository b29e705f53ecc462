"""`return`: faulty workbooks back to their departments, marked; and reminders of what is missing.

Everything goes to ``outbox/差戻し/<year>/``. Run again it writes anew only what changed, takes away
what is no longer due, and never touches a file that somebody has edited since: the register
remembers what was written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath

from workbook_tools.era import FiscalYear
from workbook_tools.findings import Finding, Severity
from workbook_tools.form import layout, prefill
from workbook_tools.form.content import Content
from workbook_tools.form.layout import Kind
from workbook_tools.form.references import label_of, numbered_from
from workbook_tools.form.workbook import workbook as form_workbook
from workbook_tools.letters.letters import Desk, Letter
from workbook_tools.letters.only import EVERYTHING, Only
from workbook_tools.letters.written import Written, write_files
from workbook_tools.outbox import Outcome
from workbook_tools.plan.model import Practice
from workbook_tools.register import ledger
from workbook_tools.register.database import Register
from workbook_tools.register.records import (
    Distributed,
    PracticeState,
    Returned,
    State,
    Status,
    Stored,
)
from workbook_tools.register.results import known_before
from workbook_tools.register.round import Round, note_plan
from workbook_tools.register.standing import practice_states
from workbook_tools.register.submissions import answers_of, forms
from workbook_tools.register.submissions import findings as findings_of
from workbook_tools.register.unread import Inbox, look
from workbook_tools.rules.verdict import Judge
from workbook_tools.send_back.letters import COVER, Entry, ReturnLetters
from workbook_tools.send_back.marking import UnmarkableError, mark
from workbook_tools.send_back.senders import Senders
from workbook_tools.text import file_name
from workbook_tools.workspace import Workspace, digest, read

# Where these are errors nobody knows whose answers a file holds: it is no business of the
# department whose practice it names.
_WHOSE = frozenset(("F020", "F022"))
FOLDER = "差戻し"
UNKNOWN = "差出部署不明"


@dataclass(frozen=True, slots=True)
class DepartmentCount:
    """One department: items that go back, of these on a fresh form, and items missing."""

    department: str
    returned: int
    fresh: int
    missing: int


@dataclass(frozen=True, slots=True)
class Returning:
    """The outcome of one run. ``not_collected``: files of the inbox that were not read yet."""

    year: FiscalYear
    folder: Path
    written: tuple[Written, ...]
    departments: tuple[DepartmentCount, ...]
    not_collected: tuple[str, ...] = ()

    def having(self, outcome: Outcome) -> tuple[Written, ...]:
        """The files of one outcome."""
        return tuple(file for file in self.written if file.outcome is outcome)


@dataclass(frozen=True, slots=True)
class _Parcel:
    """One file that goes back: to whom, for which items, under which name, with what in it."""

    department: str
    practices: tuple[Practice, ...]
    name: str
    data: bytes | None  # None: there is nothing to send but the text
    was: str
    findings: tuple[Finding, ...]
    fresh: bool = False
    filled: bool = False  # a fresh form holds what could be read


def return_forms(
    held: Round,
    *,
    only: Only = EVERYTHING,
    force: bool = False,
    step: Callable[[int, int], None] = lambda done, total: None,
) -> Returning:
    """Write what goes back to each department, or ``only`` to some.

    What is returned is what the register knows, the newest version of every item. ``force`` writes
    over files that somebody edited. Raises UserError where a template, the register or the archive
    cannot be used.
    """
    workspace, year = held.workspace, held.year
    letters = ReturnLetters(held)
    with Register.open(workspace.register) as register:
        note_plan(register, held)
        inbox = look(register, held)
        desk = _Outgoing(register, held, inbox)
        only = only.among_leads(held.plan, [known.practice for known in desk.states])
        parcels = [parcel for parcel in desk.parcels(step) if _is_wanted(parcel, only)]
        states = [known for known in desk.states if only.wants(known.practice)]
        missing = [known.practice for known in states if known.state is State.MISSING]
        folder = workspace.outbox / FOLDER / str(year)
        files = _files(parcels)
        name, told = f"{FOLDER}/{year}", _entries(parcels)
        files |= _unknown(letters, told.pop(UNKNOWN, []))
        answered = {practice.no for parcel in parcels for practice in parcel.practices}
        silent = [practice for practice in missing if practice.no not in answered]
        texts = [*_covers(letters, told), *_reminders(held, register, letters, silent)]
        texts += _receipts(letters, states)
        files |= Desk(register, held, name).files(texts)
        written = write_files(register, workspace, name, folder, files, only=only, force=force)
    counts = _counts(parcels, missing)
    return Returning(year, folder, tuple(written), tuple(counts), inbox.forms)


def _is_wanted(parcel: _Parcel, only: Only) -> bool:
    if parcel.practices:
        return any(map(only.wants, parcel.practices))
    return only.has_department(parcel.department)


class _Outgoing:
    """What the register knows of the round, while parcels are made."""

    def __init__(self, register: Register, held: Round, inbox: Inbox) -> None:
        plan = held.plan
        self._held = held
        self._register = register
        self._form = layout.form_of(plan)
        self._judge = Judge(register, held, ())
        self._known = known_before(register, plan)
        self._senders = Senders(plan)
        self._inbox = inbox
        self._versions = forms(register, held.year)
        self._findings = findings_of(register, held.year)
        self.states = practice_states(register, plan, self._versions)
        self._owing = {
            known.practice.lead for known in self.states if known.state is not State.ACCEPTED
        }
        self._state_of = {known.practice.no: known for known in self.states}

    def parcels(self, step: Callable[[int, int], None]) -> list[_Parcel]:
        """Everything that goes back, by number of the first item; what has none comes last."""
        groups = self._groups()
        parcels: list[_Parcel] = []
        for done, (sha256, returned) in enumerate(groups.items(), start=1):
            parcels.extend(self._of_file(sha256, returned))
            step(done, len(groups))
        for name, finding in self._unreadable():
            parcels.extend(self._of_unreadable(name, finding))
        return parcels

    def _groups(self) -> dict[str, list[Returned]]:
        """Content → the newest faulty versions in it, then forms without a known number."""
        faulty = (State.FAULTY, State.OLDER)
        newest = [state.newest for state in self.states if state.newest and state.state in faulty]
        numbers = {practice.no for practice in self._held.plan.practices}
        nameless = [
            form
            for form in self._versions
            if form.practice_no not in numbers
            and form.status is Status.FAULTY
            and form.sha256 in self._inbox.present
        ]
        groups: dict[str, list[Returned]] = {}
        for form in [*newest, *nameless]:
            groups.setdefault(form.sha256, []).append(form)
        return groups

    def _of_file(self, sha256: str, returned: Sequence[Returned]) -> Iterable[_Parcel]:
        """One content: marked, or a fresh form for each of its items."""
        data = ledger.content(self._held.workspace.archive, sha256)
        ids = {form.id for form in returned}
        findings = tuple(
            finding
            for content, form, finding in self._findings
            if content == sha256 and (form is None or form in ids)
        )
        was = self._inbox.present.get(sha256, returned[0].file)
        doubtful = any(
            finding.code in _WHOSE and finding.severity is Severity.ERROR for finding in findings
        )
        numbers = [form.practice_no for form in returned if form.practice_no in self._state_of]
        practices = tuple(self._state_of[no].practice for no in numbers if no and not doubtful)
        try:
            marked = mark(data, findings)
        except UnmarkableError:
            for form in returned:
                state = self._state_of.get(form.practice_no or 0)
                if state and not doubtful:
                    own = tuple(
                        finding for _, number, finding in self._findings if number == form.id
                    )
                    yield self._fresh(state.practice, was, answers_of(self._register, form.id), own)
                else:
                    yield self._without_file(was, findings)
            return
        name = f"{file_name(PurePosixPath(was).stem, 80)}.xlsx"
        department = practices[0].lead if practices else self._senders.department(was) or UNKNOWN
        yield _Parcel(department, practices, name, marked, was, findings)

    def _unreadable(self) -> Iterable[tuple[str, Finding]]:
        """Files in which no form was found at all, as they lie in the inbox now."""
        for sha256, form, finding in self._findings:
            if (
                form is None
                and finding.severity is Severity.ERROR
                and sha256 in self._inbox.present
            ):
                yield self._inbox.present[sha256], finding
        for finding in self._inbox.refused:
            yield finding.place.file, finding

    def _of_unreadable(self, name: str, finding: Finding) -> Iterable[_Parcel]:
        """A fresh form where the file's name tells the item and nothing better has come since."""
        state = self._state_of.get(self._senders.number(name) or 0)
        if state is None:
            department = self._senders.department(name)
            if department is None or department in self._owing:
                yield self._without_file(name, (finding,))
        elif state.state is State.MISSING:
            yield self._fresh(state.practice, name, {}, (finding,))
        elif state.state is not State.ACCEPTED:
            yield self._without_file(name, (finding,), state)

    def _without_file(
        self, name: str, findings: tuple[Finding, ...], state: PracticeState | None = None
    ) -> _Parcel:
        department = state.practice.lead if state else self._senders.department(name)
        return _Parcel(department or UNKNOWN, (), "", None, name, findings)

    def _fresh(
        self,
        practice: Practice,
        was: str,
        answers: Mapping[str, Stored],
        findings: tuple[Finding, ...],
    ) -> _Parcel:
        """A new form with whatever could be read, marked where that is still at fault."""
        blank = prefill.content(self._held.plan, practice, self._known[practice.no])
        values = dict(blank.values)
        if answers:  # references are given back as typed, so the rows are numbered as they were
            values.pop(label_of(numbered_from(self._form, values)), None)
            label = label_of(numbered_from(self._form, answers))
            values |= {label: answers[label].value} if label in answers else {}
        for name in blank.open & answers.keys():
            raw, value = answers[name].raw, answers[name].value
            number = self._form[name].kind in (Kind.SCORE, Kind.END_YEAR, Kind.END_MONTH)
            values[name] = int(value) if number and value.isdecimal() else raw
        content = Content(values, blank.open, blank.reasons_before)
        data = form_workbook(self._held.plan, practice, content)
        name = self._held.form_path(practice).name
        _, judged = self._judge.judge(data, name)
        # What stood in rows that the form does not have is told, so that it is not lost; so is
        # why the file could not be read.
        told = [
            _elsewhere(finding) for finding in findings if finding.code == "A406" or not answers
        ]
        remaining = (*told, *(finding for form in judged for finding in form.findings if answers))
        marked, filled = mark(data, remaining), bool(answers)
        return _Parcel(practice.lead, (practice,), name, marked, was, remaining, True, filled)


def _elsewhere(finding: Finding) -> Finding:
    """A finding of a cell that the fresh form does not have."""
    return replace(finding, place=replace(finding.place, sheet=None, cell=None))


# -- files of the outbox --------------------------------------------------------------------------


def _files(parcels: list[_Parcel]) -> dict[str, bytes]:
    """Path below the round's folder → content; namesakes get a number. Renames the parcels."""
    files: dict[str, bytes] = {}
    taken: set[str] = set()
    for number, parcel in enumerate(parcels):
        if parcel.data is None:
            continue
        stem, _, ending = parcel.name.rpartition(".")
        folder = file_name(parcel.department)
        names = (f"{stem}{f'({n})' if n > 1 else ''}.{ending}" for n in range(1, len(parcels) + 2))
        name = next(free for free in names if f"{folder}/{free}".casefold() not in taken)
        taken.add(f"{folder}/{name}".casefold())
        files[f"{folder}/{name}"] = parcel.data
        parcels[number] = replace(parcel, name=name)
    return files


def _entries(parcels: Sequence[_Parcel]) -> dict[str, list[tuple[Entry, _Parcel]]]:
    """What every department is told, item by item."""
    entries: dict[str, list[tuple[Entry, _Parcel]]] = {}
    for parcel in parcels:
        was = parcel.was.removeprefix("inbox/")
        for practice in parcel.practices or (None,):
            department = practice.lead if practice else parcel.department
            file = parcel.name
            if department != parcel.department:
                file = f"『{parcel.department}』のフォルダーの {file}"
            others = {other.no for other in parcel.practices if other is not practice}
            own = [finding for finding in parcel.findings if finding.place.item_no not in others]
            entry = Entry(practice, file or None, was, own, parcel.fresh, parcel.filled)
            entries.setdefault(department, []).append((entry, parcel))
    return entries


def _covers(
    letters: ReturnLetters, told: Mapping[str, Sequence[tuple[Entry, _Parcel]]]
) -> Iterator[Letter]:
    """To departments that have something to mend, with what goes back."""
    for department, entries in told.items():
        files = {
            (parcel.department, parcel.name): parcel.data
            for _, parcel in entries
            if parcel.data is not None
        }
        attached = [(name, data) for (_, name), data in files.items()]
        yield letters.cover(department, [entry for entry, _ in entries], partial(list, attached))


def _reminders(
    held: Round, register: Register, letters: ReturnLetters, silent: Sequence[Practice]
) -> Iterator[Letter]:
    """To departments from which nothing has come, with the forms that went out."""
    sent = _sent(held.workspace, register.distributed(held.year), silent)
    by_lead: dict[str, list[Practice]] = {}
    for practice in silent:
        by_lead.setdefault(practice.lead, []).append(practice)
    for department, practices in by_lead.items():
        forms = {practice.no: sent[practice.no] for practice in practices if practice.no in sent}
        items = [
            (practice, forms[practice.no][0] if practice.no in forms else None)
            for practice in practices
        ]
        yield letters.reminder(department, items, partial(list, forms.values()))


def _receipts(letters: ReturnLetters, states: Sequence[PracticeState]) -> list[Letter]:
    """To the departments that owe nothing any more."""
    by_lead: dict[str, list[PracticeState]] = {}
    for known in states:
        by_lead.setdefault(known.practice.lead, []).append(known)
    return [
        letters.received(department, own)
        for department, own in by_lead.items()
        if all(known.state is State.ACCEPTED for known in own)
    ]


def _unknown(letters: ReturnLetters, told: Sequence[tuple[Entry, _Parcel]]) -> dict[str, bytes]:
    """What the secretariat is told of files of which nobody knows whose they are."""
    return {f"{COVER}_{UNKNOWN}.txt": letters.unknown([entry for entry, _ in told])} if told else {}


def _sent(
    workspace: Workspace, distributed: Mapping[int, Distributed], practices: Iterable[Practice]
) -> dict[int, tuple[str, bytes]]:
    """Name and content of their forms as they went out, where they still stand so."""
    forms = {}
    for practice in practices:
        sent = distributed.get(practice.no)
        path = workspace.root / sent.path if sent else None
        if sent and path and path.is_file() and digest(data := read(path)) == sent.sha256:
            forms[practice.no] = path.name, data
    return forms


def _counts(parcels: Sequence[_Parcel], missing: Sequence[Practice]) -> list[DepartmentCount]:
    returned: dict[str, list[bool]] = {}
    for parcel in parcels:
        for practice in parcel.practices or (None,):
            department = practice.lead if practice else parcel.department
            returned.setdefault(department, []).append(parcel.fresh)
    silent: dict[str, int] = {}
    for practice in missing:
        silent[practice.lead] = silent.get(practice.lead, 0) + 1
    return [
        DepartmentCount(department, len(own), sum(own), silent.get(department, 0))
        for department in dict.fromkeys([*returned, *silent])
        for own in [returned.get(department, [])]
    ]
