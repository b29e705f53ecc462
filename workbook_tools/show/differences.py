"""`diff №`: two versions of a practice side by side, only the fields that differ.

What changed inside a text is told piece by piece (difflib).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple

from workbook_tools.era import FiscalYear
from workbook_tools.findings import UserError
from workbook_tools.form.layout import Field, Kind, field_name, form_of
from workbook_tools.plan.model import Practice
from workbook_tools.register.database import Register
from workbook_tools.register.records import Returned, Status, Stored
from workbook_tools.register.results import renamed
from workbook_tools.register.round import Round
from workbook_tools.register.submissions import answers_of, forms
from workbook_tools.show.versions import numbered, practice_of

_TYPED = (Kind.TEXT, Kind.SCORE, Kind.STATUS, Kind.END_YEAR, Kind.END_MONTH)
SAME, GONE, NEW = "same", "gone", "new"


class Piece(NamedTuple):
    """A piece of a text that stayed, was left out or was put in (``kind``)."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that differs: as it was and as it is, and where each stands."""

    field: str
    title: str
    before: str
    after: str
    before_at: str
    after_at: str

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The text with what changed inside it."""
        return compared(self.before, self.after)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two versions: what people call it, and its file."""

    name: str
    version: Returned


@dataclass(frozen=True, slots=True)
class Compared:
    """Both versions of a practice and the fields in which they differ."""

    practice: Practice
    before: Side
    after: Side
    differences: tuple[Difference, ...]


def between(held: Round, no: int, versions: Sequence[int] = ()) -> Compared:
    """Two versions of a round: those numbered, one and the newest, or the newest two.

    Raises UserError where there are no two.
    """
    practice = practice_of(held, no)
    with Register.open(held.workspace.register, write=False) as register:
        own = [v for v in forms(register, held.year, withdrawn=True) if v.practice_no == no]
        if len(own) < 2:
            came = "１回しか届いていない" if own else "まだ届いていない"
            raise UserError(
                f"小№{no}は{came}ため、比べられません。"
                "前の年度と比べるときは --against R2 のように指定してください。"
            )
        wanted = sorted(versions) or [len(own) - 1, len(own)]
        wanted = wanted if len(wanted) > 1 else [*wanted, len(own)]
        first, second = (numbered(own, no, number) for number in wanted)
        texts = [answers_of(register, version.id) for version in (first, second)]
    before, after = (Side(f"版{n}", v) for n, v in zip(wanted, (first, second), strict=True))
    names = {field.name: field.name for field in form_of(held.plan).fields if _is_typed(field)}
    return Compared(practice, before, after, tuple(_differing(held, names, *texts)))


def against(held: Round, no: int, earlier: FiscalYear) -> Compared:
    """What counts in this round and in an earlier one: the fields of the year each evaluates.

    Raises UserError where in one of them nothing was accepted.
    """
    practice = practice_of(held, no)
    if earlier >= held.plan.evaluated:
        raise UserError(
            f"--against には{held.plan.evaluated.wide}年度より前の年度を指定してください。"
        )
    then = held.plan.numbers(earlier).get(no)
    with Register.open(held.workspace.register, write=False) as register:
        sides = []
        for year, number in ((earlier, then), (held.year, no)):
            version = _counting(forms(register, year), number)
            if version is None:
                raise UserError(f"小№{no}の{year.long}のシートは、受理されていません。")
            sides.append(Side(year.long, version))
        before, after = (answers_of(register, side.version.id) for side in sides)
    before = {renamed(name, held.plan): answer for name, answer in before.items()}
    names = {
        field.name: field_name(field.stem, earlier, field.n) if field.year else field.name
        for field in form_of(held.plan).fields
        if _is_typed(field) and field.year in (None, held.plan.evaluated)
    }
    return Compared(practice, sides[0], sides[1], tuple(_differing(held, names, before, after)))


def _is_typed(field: Field) -> bool:
    return field.kind in _TYPED


def _counting(versions: Sequence[Returned], number: int | None) -> Returned | None:
    own = [v for v in versions if v.practice_no == number and v.status is Status.ACCEPTED]
    return own[-1] if own and number is not None else None


def _differing(
    held: Round,
    names: Mapping[str, str],
    before: Mapping[str, Stored],
    after: Mapping[str, Stored],
) -> list[Difference]:
    """``names``: field of the later version → field of the earlier one."""
    form = form_of(held.plan)
    found = []
    for name, earlier in names.items():
        old, new = before.get(earlier), after.get(name)
        texts = (_told(old), _told(new))
        if texts[0] != texts[1]:
            found.append(Difference(name, form[name].title, *texts, _place(old), _place(new)))
    return found


def _told(answer: Stored | None) -> str:
    """The answer as read; what a reference comes to stands behind it."""
    if answer is None:
        return ""
    return f"{answer.value}（＝{answer.text}）" if answer.chain else answer.value


def _place(answer: Stored | None) -> str:
    return f"{answer.sheet}の{answer.cell}" if answer else ""


_WORDS = re.compile(r"[0-9A-Za-z０-９]+|.", re.DOTALL)


def compared(before: str, after: str) -> tuple[Piece, ...]:
    """Two texts as pieces; numbers and Latin words change as a whole."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    pieces = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece(SAME, "".join(old[a:b])))
            continue
        pieces += [Piece(GONE, "".join(old[a:b]))] if b > a else []
        pieces += [Piece(NEW, "".join(new[c:d]))] if d > c else []
    return tuple(pieces)


def as_json(held: Round, done: Compared) -> dict[str, object]:
    """The document of ``diff --json``."""

    def side(known: Side) -> dict[str, object]:
        version = known.version
        return {"name": known.name, "file": version.file, "sha256": version.sha256}

    return {
        "year": str(held.year),
        "item_no": done.practice.no,
        "title": done.practice.title,
        "before": side(done.before),
        "after": side(done.after),
        "differences": [
            {
                "field": known.field,
                "title": known.title,
                "before": known.before,
                "after": known.after,
                "pieces": [[piece.kind, piece.text] for piece in known.pieces],
            }
            for known in done.differences
        ],
    }
