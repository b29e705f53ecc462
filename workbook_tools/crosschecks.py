"""The rules that need other files than the one form: F008, F009, X801 (contract). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from workbook_tools.answers import Submission
from workbook_tools.era import FiscalYear
from workbook_tools.findings import Finding, Place, found
from workbook_tools.model import Practice
from workbook_tools.text import key

# What a department writes itself about the year; of the rest much is alike between items.
_STEMS = ("工程_変更", "取組予定", "取組結果", "課題", "解決方法")
_REMARKS = ("特記事項", "特記すべき事項")
# So few and short answers may well be alike by chance: forms that are hardly filled in.
_LEAST_ANSWERS, _LEAST_LETTERS = 5, 30

_Signature = tuple[tuple[str, str], ...]


def several_returned(
    place: Place, number: int, files: Sequence[str], counts: str | None
) -> Finding:
    """F008: one item came back more than once; ``counts`` is the file that is used, if any."""
    return found("F008", place, number=number, files="、".join(files), counts=counts or "なし")


def same_answers(
    submissions: Iterable[Submission], departments: Mapping[int, str] | None = None
) -> list[Finding]:
    """F009: forms of different items whose answers of the evaluated year are all alike.

    One finding per form; ``departments`` are the lead ones by practice number.
    """
    alike: dict[_Signature, list[Submission]] = {}
    for submission in submissions:
        if submission.practice_no is not None and (answers := _signature(submission)):
            alike.setdefault(answers, []).append(submission)
    findings = []
    for group in alike.values():
        first = group[0]
        stranger = next((one for one in group if one.practice_no != first.practice_no), None)
        if stranger is None:
            continue
        for submission in group:
            other = first if submission.practice_no != first.practice_no else stranger
            assert submission.practice_no is not None
            department = (departments or {}).get(submission.practice_no)
            place = submission.place("項目番号", department)
            facts = {"other": other.practice_no, "file": other.file}
            findings.append(found("F009", place, _number(submission), **facts))
    return findings


def _number(submission: Submission) -> str | None:
    answer = submission.answers.get("項目番号")
    return answer.raw if answer else None


def _signature(submission: Submission) -> _Signature:
    """The answers of the evaluated year evened out; nothing where hardly any were given."""
    year = submission.year
    answers = tuple(
        (name, key(answer.value))
        for name, answer in submission.answers.items()
        if answer.value and _is_own(name, year)
    )
    letters = sum(len(words) for _, words in answers)
    enough = len(answers) >= _LEAST_ANSWERS and letters >= _LEAST_LETTERS
    return tuple(sorted(answers)) if enough else ()


def _is_own(name: str, year: FiscalYear | None) -> bool:
    if name in _REMARKS or name.startswith("評価理由_"):
        return True
    return name.startswith(_STEMS) and (year is None or f"_{year}" in name)


def not_returned(practices: Iterable[Practice], sent: Mapping[int, str]) -> list[Finding]:
    """X801, one per practice; ``sent`` is the path of the form sent out, by practice number."""
    return [
        found(
            "X801",
            Place(sent.get(one.no, "inbox"), item_no=one.no, department=one.lead),
            number=one.no,
            title=one.title,
        )
        for one in practices
    ]
