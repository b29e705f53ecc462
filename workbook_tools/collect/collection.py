"""A round as it stands: files, practices, and every finding that is still true (contract).

What one file alone can tell was found when it was read; here stand the rules that need the other
files: several versions (F008), copied sheets (F009), what is missing (X801).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from workbook_tools.cells import parse_cell
from workbook_tools.era import FiscalYear
from workbook_tools.findings import Finding, Place, Severity, found
from workbook_tools.plan.model import Plan
from workbook_tools.register import receipts
from workbook_tools.register.database import Register
from workbook_tools.register.records import (
    Arrival,
    Distributed,
    Judged,
    PracticeState,
    ReadOtherwise,
    Returned,
    SourceKind,
    State,
    Status,
)
from workbook_tools.register.round import Round
from workbook_tools.register.standing import counting, newest, practice_states
from workbook_tools.register.submissions import answers_of, forms
from workbook_tools.register.submissions import findings as findings_of
from workbook_tools.rules import corrections, waivers


@dataclass(frozen=True, slots=True)
class FileState:
    """One file of the inbox and the forms in it: number, status and manner of locating."""

    file: str
    sha256: str
    forms: tuple[tuple[int | None, Status, str], ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """A verdict that changed when the round was judged anew; ``at`` is an ISO time."""

    at: str
    practice_no: int
    before: State
    after: State


@dataclass(frozen=True, slots=True)
class Collection:
    """The round as it stands.

    ``receipts`` are all that arrived, ``versions`` the forms in them, both with what was taken
    back; ``archive`` says which kept copies were healed or are lost.
    """

    year: FiscalYear
    files: tuple[FileState, ...]
    findings: tuple[Finding, ...]
    practices: tuple[PracticeState, ...]
    read_anew: int = 0
    readings: tuple[ReadOtherwise, ...] = ()  # read otherwise than typed
    receipts: tuple[Arrival, ...] = ()
    versions: tuple[Returned, ...] = ()
    changed: tuple[Changed, ...] = ()
    archive: tuple[str, ...] = ()

    @property
    def withdrawn(self) -> tuple[Arrival, ...]:
        """The receipts that were taken back (受理取消)."""
        return tuple(receipt for receipt in self.receipts if receipt.withdrawn_at)

    def fate(self, version: Returned) -> str:
        """In a word or two what became of a version and why."""
        if version.withdrawn is not None:
            return f"受理取消（{version.withdrawn}）"
        if version.status is Status.FAULTY:
            return version.status.value
        counting = {known.counting.receipt for known in self.practices if known.counting}
        return "有効" if version.receipt in counting else "前の版"

    def news(self, at: str) -> tuple[str, ...]:
        """Sentences on verdicts that changed in the run of that time, and on kept copies."""
        changed = [
            f"確かめ直した結果、小№{change.practice_no}が"
            f"『{change.before}』から『{change.after}』に変わりました。"
            for change in self.changed
            if change.at == at
        ]
        return (*changed, *self.archive)

    @property
    def missing(self) -> tuple[int, ...]:
        """The numbers of practices that were not returned."""
        return tuple(state.practice.no for state in self.practices if state.state is State.MISSING)

    def count(self, state: State) -> int:
        """How many practices stand so."""
        return sum(1 for practice in self.practices if practice.state is state)

    @property
    def has_errors(self) -> bool:
        """True where something must be mended; what is only missing does not count."""
        return any(
            finding.severity is Severity.ERROR and finding.code != "X801"
            for finding in self.findings
        )


def standing(
    register: Register,
    held: Round,
    present: Sequence[tuple[str, str]],
    said: Sequence[Finding],
) -> Collection:
    """The round as the register knows it, with what is to be said of the inbox.

    ``present`` are name and sha256 of the files that lie there, ``said`` the findings of those that
    are not kept.
    """
    plan, year = held.plan, held.year
    every_version = forms(register, year, withdrawn=True)
    versions = [form for form in every_version if form.withdrawn is None]
    arrived = receipts.receipts(register, year, SourceKind.RETURN)
    practices = practice_states(register, plan, versions)
    last = newest(versions)
    last_ids = {form.id for form in last.values()}
    shas = {sha256 for _, sha256 in present}
    nameless = {form.id for form in versions if form.practice_no is None and form.sha256 in shas}
    findings = [*said]
    for sha256, form, finding in findings_of(register, year):
        if form in last_ids or form in nameless or (form is None and sha256 in shas):
            findings.append(finding)
    findings.extend(_several_versions(versions, plan))
    findings.extend(_sent_again(last.values(), arrived, plan))
    findings.extend(_of_an_earlier_round(register, arrived, set(present), plan))
    findings.extend(_same_answers(last.values(), plan))
    findings.sort(key=excel_order)
    findings.extend(_not_returned(practices, register.distributed(year)))
    findings = list(waivers.apply(findings, waivers.active(plan, held.today)))
    returned = {state.practice.no for state in practices if state.newest}
    findings.extend(waivers.doubtful(plan, held.today, findings, returned))
    findings.extend(_corrections(register, plan, practices))
    by_file = {
        sha256: list(group) for sha256, group in groupby(versions, key=lambda form: form.sha256)
    }
    files = tuple(
        FileState(
            name,
            sha256,
            tuple(
                (form.practice_no, form.status, form.located) for form in by_file.get(sha256, [])
            ),
        )
        for name, sha256 in present
    )
    return Collection(
        year,
        files,
        tuple(findings),
        practices,
        receipts=tuple(arrived),
        versions=tuple(every_version),
        changed=tuple(_changes(register, year)),
    )


def _corrections(
    register: Register, plan: Plan, practices: Iterable[PracticeState]
) -> Iterator[Finding]:
    """What became of the corrections in the plan master (E903, E904)."""
    wanted = {correction.practice_no for correction in plan.corrections}
    versions = {
        known.practice.no: version
        for known in practices
        if known.practice.no in wanted and (version := known.counting or known.newest)
    }
    answers = {no: answers_of(register, version.id) for no, version in versions.items()}
    return corrections.told(plan, versions, answers)


def _changes(register: Register, year: FiscalYear) -> Iterator[Changed]:
    """Every verdict of the round that changed when it was judged anew."""
    for source in register.sources(SourceKind.JUDGED):
        if source.year == year:
            for number, before, after in source.facts["changed"]:
                yield Changed(source.taken_at, number, State(before), State(after))


def _several_versions(versions: Sequence[Returned], plan: Plan) -> Iterator[Finding]:
    """F008: one practice came more than once with different content."""
    of_practice: dict[int, list[Returned]] = {}
    for form in versions:
        if form.practice_no is not None:
            of_practice.setdefault(form.practice_no, []).append(form)
    counts_of = counting(versions)
    leads = {practice.no: practice.lead for practice in plan.practices}
    for number, own in of_practice.items():
        if len({form.everything for form in own}) < 2:
            continue
        last, counts = own[-1], counts_of.get(number)
        place = Place(last.file, last.sheet, None, None, number, leads.get(number))
        names = "、".join(dict.fromkeys(form.file for form in own))
        yield found(
            "F008", place, number=number, files=names, counts=counts.file if counts else "なし"
        )


def _sent_again(
    last: Iterable[Returned], arrived: Sequence[Arrival], plan: Plan
) -> Iterator[Finding]:
    """F025: what counts as the newest came before, as another file."""
    leads = {practice.no: practice.lead for practice in plan.practices}
    for form in last:
        names = [
            receipt.name
            for receipt in arrived
            if receipt.sha256 == form.sha256
            and receipt.id < form.receipt
            and receipt.withdrawn_at is None
            and receipt.name != form.file
        ]
        if names:
            lead = leads.get(form.practice_no or 0)
            place = Place(form.file, form.sheet, None, None, form.practice_no, lead)
            yield found("F025", place, before=names[-1])


def _of_an_earlier_round(
    register: Register, arrived: Sequence[Arrival], present: set[tuple[str, str]], plan: Plan
) -> Iterator[Finding]:
    """F021: the file of an earlier round was sent again."""
    leads = {practice.no: practice.lead for practice in plan.practices}
    for receipt in arrived:
        if receipt.repeats is None or receipt.withdrawn_at is not None:
            continue
        if (receipt.name, receipt.sha256) in present:
            then = forms(register, receipt.repeats)
            numbers = {form.practice_no for form in then if form.sha256 == receipt.sha256}
            number = numbers.pop() if len(numbers) == 1 else None
            place = Place(receipt.name, item_no=number, department=leads.get(number or 0))
            yield found("F021", place, year=receipt.repeats.wide)


def _same_answers(last: Iterable[Returned], plan: Plan) -> Iterator[Finding]:
    """F009: one form came back under two numbers; said of both."""
    leads = {practice.no: practice.lead for practice in plan.practices}
    alike: dict[str, list[Returned]] = {}
    for form in last:
        if form.this_year:
            alike.setdefault(form.this_year, []).append(form)
    for twins in alike.values():
        for form, other in zip(twins, [*twins[1:], twins[0]], strict=True):
            if other is not form:
                lead = leads.get(form.practice_no or 0)
                place = Place(form.file, form.sheet, None, "項目番号", form.practice_no, lead)
                yield found("F009", place, other=other.practice_no, file=other.file)


def _not_returned(
    practices: Iterable[PracticeState], sent: Mapping[int, Distributed]
) -> Iterator[Finding]:
    """X801: nothing came back."""
    for standing in practices:
        if standing.state is State.MISSING:
            entry = sent.get(standing.practice.no)
            place = Place(
                entry.path if entry else "",
                item_no=standing.practice.no,
                department=standing.practice.lead,
            )
            yield found("X801", place, number=standing.practice.no, title=standing.practice.title)


def excel_order(finding: Finding) -> tuple[str, str, int, int]:
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
                "item_no": known.practice.no,
                "department": known.practice.lead,
                "status": known.state.value,
                "file": known.newest.file if known.newest else None,
                "received_at": known.newest.received_at if known.newest else None,
                "versions": known.versions,
                "returned": known.faulty_versions,
            }
            for known in collection.practices
        ],
        "findings": [_finding_json(finding) for finding in collection.findings],
        "missing": list(collection.missing),
        "versions": [
            {
                "item_no": version.practice_no,
                "file": version.file,
                "sha256": version.sha256,
                "received": version.received_at,
                "status": version.status.value,
                "fate": collection.fate(version),
            }
            for version in collection.versions
        ],
        "withdrawn": [
            {
                "file": receipt.name,
                "sha256": receipt.sha256,
                "received": receipt.received_at,
                "withdrawn": receipt.withdrawn_at,
                "reason": receipt.reason,
            }
            for receipt in collection.withdrawn
        ],
        "changed": [
            {
                "item_no": change.practice_no,
                "at": change.at,
                "from": change.before.value,
                "to": change.after.value,
            }
            for change in collection.changed
        ],
        "archive": list(collection.archive),
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


def file_state(name: str, sha256: str, forms: Iterable[Judged]) -> FileState:
    """A file that was just read."""
    return FileState(
        name,
        sha256,
        tuple(
            (form.submission.practice_no, form.status, form.submission.located) for form in forms
        ),
    )
