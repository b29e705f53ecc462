"""`show №`: what was read of one practice, every version and every field with where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbook_tools.findings import UserError
from workbook_tools.form.layout import Form, Kind, form_of
from workbook_tools.plan.model import Practice
from workbook_tools.register.database import Register
from workbook_tools.register.records import CORRECTED, Returned, Stored
from workbook_tools.register.round import Round
from workbook_tools.register.standing import practice_states
from workbook_tools.register.submissions import answers_of, forms
from workbook_tools.rules import corrections

NOT_DUE = "対象外"  # ended earlier, or not begun yet


@dataclass(frozen=True, slots=True)
class Shown:
    """One practice of a round: where it stands, its versions, and what was read of one of them.

    ``versions`` stand in order of receipt, those taken back too; ``chosen`` is the one whose
    ``fields`` these are: the counting one, else the newest, unless another was asked for.
    """

    practice: Practice
    status: str
    versions: tuple[Returned, ...]
    chosen: Returned | None
    fields: Mapping[str, Stored]
    reasons: Mapping[str, str]  # field → why the secretariat corrected it

    @property
    def number(self) -> int | None:
        """Which of the versions is shown, counted from 1."""
        return self.versions.index(self.chosen) + 1 if self.chosen else None


def look(held: Round, no: int, version: int | None = None) -> Shown:
    """What the register knows of a practice. Raises UserError for an unknown number or version."""
    practice = practice_of(held, no)
    with Register.open(held.workspace.register, write=False) as register:
        every = forms(register, held.year, withdrawn=True)
        standing = practice_states(register, held.plan, [v for v in every if v.withdrawn is None])
        state = next((known for known in standing if known.practice.no == no), None)
        own = tuple(known for known in every if known.practice_no == no)
        if version is not None:
            chosen: Returned | None = numbered(own, no, version)
        else:
            chosen = (state and (state.counting or state.newest)) or None
        fields = answers_of(register, chosen.id) if chosen else {}
    reasons = corrections.reasons(held.plan, no)
    status = state.state.value if state else NOT_DUE
    return Shown(practice, status, own, chosen, fields, reasons)


def how(shown: Shown, name: str) -> str:
    """In words how a field was read; empty where it was read as typed."""
    answer = shown.fields[name]
    manner = _manner(shown, name) if answer.how == CORRECTED or not answer.chain else ""
    return "、".join(filter(None, (manner, f"参照 {answer.chain}" if answer.chain else "")))


def _manner(shown: Shown, name: str) -> str:
    """``数字の書き方``; of what was corrected with its reason."""
    answer = shown.fields[name]
    is_told = answer.how == CORRECTED and name in shown.reasons
    return f"{CORRECTED}：{shown.reasons[name]}" if is_told else answer.how


def practice_of(held: Round, no: int) -> Practice:
    """The practice of that number; UserError where the plan has none."""
    for practice in held.plan.practices:
        if practice.no == no:
            return practice
    raise UserError(f"小№{no}は{held.year.long}の計画にありません。計画マスタで確かめてください。")


def numbered(versions: Sequence[Returned], no: int, version: int) -> Returned:
    """The version of that number, counted from 1; UserError where there is none."""
    if 1 <= version <= len(versions):
        return versions[version - 1]
    if not versions:
        raise UserError(f"小№{no}は、まだ提出されていません。")
    raise UserError(f"小№{no}の版は1～{len(versions)}です（指定は{version}）。")


def titles(form: Form) -> dict[str, str]:
    """Field → what messages call it."""
    return {field.name: field.title for field in form.fields}


def as_json(held: Round, shown: Shown) -> dict[str, object]:
    """The document of ``show --json`` (contract)."""
    form, chosen = form_of(held.plan), shown.chosen
    numbers = {
        field.name
        for field in form.fields
        if field.kind in (Kind.SCORE, Kind.TOTAL, Kind.END_YEAR, Kind.END_MONTH)
    }
    return {
        "year": str(held.year),
        "item_no": shown.practice.no,
        "title": shown.practice.title,
        "status": shown.status,
        "versions": [
            {
                "n": n,
                "file": version.file,
                "sha256": version.sha256,
                "received": version.received_at,
                "status": version.status.value,
                "withdrawn": version.withdrawn is not None,
                "reason": version.withdrawn,
            }
            for n, version in enumerate(shown.versions, start=1)
        ],
        "version": shown.number,
        "fields": {
            name: {
                "raw": answer.raw,
                "value": _value(answer.value, name in numbers),
                "resolved": _value(answer.text, name in numbers),
                "how": _manner(shown, name),
                "chain": answer.chain,
                "file": chosen.file if chosen else None,
                "sheet": answer.sheet,
                "cell": answer.cell,
                "located_by": chosen.located if chosen else None,
            }
            for name, answer in shown.fields.items()
        },
    }


def _value(text: str, is_number: bool) -> str | int:
    return int(text) if is_number and text.isdecimal() else text
