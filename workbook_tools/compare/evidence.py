"""What the register knows of practices whose rows differ: every version, and what was waived."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from workbook_tools.findings import Place
from workbook_tools.form.spec import Stem
from workbook_tools.register.database import Register
from workbook_tools.register.records import Returned, Status, Stored
from workbook_tools.register.round import Round
from workbook_tools.register.standing import counting
from workbook_tools.register.submissions import answers_of, forms
from workbook_tools.register.submissions import findings as findings_of
from workbook_tools.rules.waivers import is_waived


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a practice's sheet: its number, how it stands, and what was read of it."""

    n: int
    returned: Returned
    counts: bool
    answers: Mapping[str, Stored]

    @property
    def name(self) -> str:
        """``版2（inbox/No16.xlsx、2022-04-20受領）``."""
        return f"版{self.n}（{self.returned.file}、{self.returned.received_at[:10]}受領）"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Practice → its versions in order of receipt; practice → rules waived for its sheet (特例)."""

    versions: Mapping[int, tuple[Version, ...]] = field(default_factory=dict)
    waived: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    def place(self, no: int, name: str) -> Place | None:
        """Where the counting version has a field."""
        version = self.counting(no)
        answer = version.answers.get(name) if version else None
        if version is None or answer is None:
            return None
        return Place(version.returned.file, answer.sheet, answer.cell, name, no)

    def counting(self, no: int) -> Version | None:
        """The version that counts."""
        return next((known for known in self.versions.get(no, ()) if known.counts), None)


def gather(register: Register, held: Round, practices: Collection[int]) -> Evidence:
    """What the register knows of some practices."""
    every = forms(register, held.year, withdrawn=True)
    counts = {
        form.practice_no: form.receipt
        for form in counting([form for form in every if form.withdrawn is None]).values()
    }
    versions: dict[int, list[Version]] = {}
    forms_counting = set()
    for form in every:
        no = form.practice_no
        if no in practices and no is not None:
            own = versions.setdefault(no, [])
            is_counting = counts.get(no) == form.receipt and form.status is Status.ACCEPTED
            own.append(Version(len(own) + 1, form, is_counting, answers_of(register, form.id)))
            if is_counting:
                forms_counting.add(form.id)
    waived: dict[int, tuple[str, ...]] = {}
    for _, form_id, finding in findings_of(register, held.year):
        no = finding.place.item_no
        if form_id in forms_counting and no is not None and is_waived(finding):
            waived[no] = (*waived.get(no, ()), finding.code)
    return Evidence({no: tuple(own) for no, own in versions.items()}, waived)


# Columns that stand on the sheet under another name than in the list, and without a year.
_UNDATED = {"実践項目": Stem.TITLE, "担当部署": Stem.DEPARTMENT, "取組項目": Stem.ITEM}
_ENDS = "取組終了"


def field_of(column: str, held_year: object) -> str:
    """The form's field that a column of 実践項目別 is taken from."""
    if column in _UNDATED:
        return str(_UNDATED[column])
    if column == "大№":
        return str(Stem.ITEM_NUMBER)
    return str(Stem.END_YEAR) if column == _ENDS else f"{column}_{held_year}"
