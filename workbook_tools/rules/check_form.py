"""The rules of one returned form: one small function a rule, rule and code named alike. Pure.

Severities, places and wording are the contract's ("Findings"); what each rule means on paper is in
domain §4–§7. Every rule gives all its findings and stays silent where another rule already reports
the empty cell that is the reason. Rules that need other files are
:mod:`collect`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from workbook_tools import text
from workbook_tools.cells import parse_cell
from workbook_tools.era import FiscalYear
from workbook_tools.findings import Finding, Severity
from workbook_tools.form import layout
from workbook_tools.form.layout import field_name
from workbook_tools.form.references import effective_schedule
from workbook_tools.intake.answers import Found, Submission
from workbook_tools.near import nearest, question
from workbook_tools.plan import grading
from workbook_tools.rules.as_read import (
    a406_text_in_an_added_row,
    f015_read_by_its_place,
    f016_place_unclear,
    f017_text_beside_the_fields,
    f018_struck_through,
    f019_shown_otherwise,
    f023_field_not_found,
    replaced,
)
from workbook_tools.rules.case import Case, Context, Rule, same, score_fault, short
from workbook_tools.rules.header import (
    f010_older_version,
    f011_other_year,
    f012_unknown_number,
    f013_header_differs,
    f014_history_altered,
)
from workbook_tools.rules.right_practice import (
    f020_a_year_off,
    f020_named_otherwise,
    f020_texts_of_another,
    f022_token_differs,
)
from workbook_tools.spellings import says_elsewhere

__all__ = ["RULES", "Context", "check"]


def check(submission: Submission, context: Context) -> list[Finding]:
    """All findings of one form, in Excel's order: sheet ① first, then by row and column."""
    case = Case(submission, context)
    for rule in IDENTITY:
        case.findings.extend(rule(case))
    if not any(finding.severity is Severity.ERROR for finding in case.findings):
        for rule in RULES[len(IDENTITY) :]:
            case.findings.extend(rule(case))
    return sorted(replaced(case.findings), key=lambda finding: _position(finding, submission.sheet))


def _position(finding: Finding, first: str) -> tuple[bool, str, tuple[int, int]]:
    sheet, cell = finding.place.sheet or "", finding.place.cell
    return sheet != first, sheet, parse_cell(cell) if cell else (-1, -1)


# --- scores and reasons (S)


def _faulty_scores(case: Case, code: str) -> Iterator[Finding]:
    """Of the evaluated year; in a past year that stood open only what was typed is looked at."""
    past = {
        name: legal
        for name, legal in case.desk.past_scores.items()
        if code != "S101" and name not in case.context.prefilled
    }
    for name, legal in {**past, **case.desk.scores}.items():
        if score_fault(case.answer(name), legal) == code:
            yield case.find(code, name, allowed=f"{legal[0]}～{legal[-1]}")


def s101_score_missing(case: Case) -> Iterator[Finding]:
    return _faulty_scores(case, "S101")


def s102_score_out_of_range(case: Case) -> Iterator[Finding]:
    return _faulty_scores(case, "S102")


def s103_score_not_whole(case: Case) -> Iterator[Finding]:
    return _faulty_scores(case, "S103")


def s104_score_too_early(case: Case) -> Iterator[Finding]:
    for name in case.desk.ahead:
        answer = case.answer(name)
        if answer and (answer.value or answer.found is Found.FORMULA):
            yield case.find("S104", name)


def _differs(case: Case, code: str, stem: str, rule: str) -> Iterator[Finding]:
    """A typed figure that is not the rule's; ``0`` is what .xls makes of a formula's text."""
    answer = case.answer(case.now(stem))
    if answer and answer.found is not Found.FORMULA and answer.value not in ("", "0", rule):
        yield case.find(code, answer.name, expected=rule)


def s106_grade_differs(case: Case) -> Iterator[Finding]:
    if case.scores is not None:
        rule = grading.grade(case.plan.grades, case.scores)
        yield from _differs(case, "S106", layout.OVERALL, text.half_width(rule).upper())


def s107_total_differs(case: Case) -> Iterator[Finding]:
    if case.scores is not None:
        yield from _differs(case, "S107", "合計", str(grading.total(case.scores)))


def s108_reason_missing(case: Case) -> Iterator[Finding]:
    for name in case.desk.reasons:
        if not case.value(name):
            yield case.find("S108", name)


# --- the schedule (P)


def p201_nothing_to_the_left(case: Case) -> Iterator[Finding]:
    """Of a run of arrows only the first one is at fault."""
    faulty = {name for name, one in case.references if one.problem and one.problem.code == "P201"}
    for name in faulty:
        field = case.form[name]
        if field.year and field_name(field.stem, field.year - 1) not in faulty:
            yield case.find("P201", name)


def p202_status_missing(case: Case) -> Iterator[Finding]:
    name = case.now("工程_状況")
    status = case.value(name)
    if status not in layout.STATUSES:
        near = nearest(status, layout.STATUSES)
        yield case.find("P202", name, suggestion=question(near))


def p203_revision_missing(case: Case) -> Iterator[Finding]:
    for status, revised in case.desk.statuses:
        missing = case.value(status) == layout.REVISED and not case.value(revised)
        if missing and not case.is_locked(status):
            yield case.find("P203", status)


def p204_revision_on_plan(case: Case) -> Iterator[Finding]:
    for status, revised in case.desk.statuses:
        revises = case.value(status) == layout.ON_PLAN and case.value(revised)
        if revises and not case.is_locked(status):
            yield case.find("P204", revised)


# --- activities (A)

_BRACKETS = "()（）[]［］【】〔〕「」『』〈〉<>＜＞・･※。. 　\n"
_END_ONLY = re.compile(r"取り?組み?終了(?:済み?)?")
# 取組終了 at the end of a line; inside a sentence it says nothing about this item.
_END_SAID = re.compile(
    r"取り?組み?\s*(?:を|は)?\s*終了(?:とする|とした|する|した|しました|済み?)?"
    r"[)）\]］】〕」』〉>＞。.\s]*$",
    re.M,
)
_MARKED = re.compile(
    r"^(?:[・･※*＊●○◆■□◎•\-－\s]|[①-⑳]|[(（]?[0-9０-９]{1,2}[)）.．、])*"
    r"[(（\[［【〔〈<＜]\s*[新継][規続]?\s*[)）\]］】〕〉>＞]",
    re.M,
)


def _is_end(plan: str) -> bool:
    """A row that reads just （取組終了） (domain §4)."""
    return _END_ONLY.fullmatch(text.squeeze(plan).strip(_BRACKETS)) is not None


def _says_end(case: Case, schedule_year: FiscalYear) -> str:
    """Where the schedule of that year or this year's activities say 取組終了; empty if nowhere."""
    for row in case.desk.rows:
        for name in row:
            if "終了" in case.text(name) and _END_SAID.search(case.text(name)):
                return case.form[name].title
    names = [
        field_name(stem, year) for stem in ("工程_当初", "工程_変更") for year in case.form.years
    ]
    texts = {name: case.value(name) for name in names}
    if not any("終了" in words for words in texts.values()):
        return ""
    effective = effective_schedule(case.form, texts).get(schedule_year, "")
    return f"{schedule_year.wide}年度の工程" if _END_SAID.search(effective) else ""


def _has_plan(case: Case, rows: Sequence[tuple[str, str]]) -> bool:
    return any(case.value(plan) for plan, _ in rows)


def a401_plan_missing(case: Case) -> Iterator[Finding]:
    if not _has_plan(case, case.desk.rows):
        yield case.find("A401", case.desk.rows[0][0], year=case.year.wide)


def a402_result_missing(case: Case) -> Iterator[Finding]:
    for plan, result in case.desk.rows:
        missing = case.value(plan) and not case.value(result)
        if missing and not case.problem(plan) and not _is_end(case.text(plan)):
            yield case.find("A402", result, plan=short(case.text(plan)))


def a403_mark_missing(case: Case) -> Iterator[Finding]:
    """A reference takes the mark of its target over (domain §6)."""
    for _, name in case.desk.rows:
        result = case.submission.resolved.get(name)
        if not case.value(name) or (result and (result.problem or result.chain)):
            continue
        if not _MARKED.search(case.value(name)):
            yield case.find("A403", name)


def a404_result_without_plan(case: Case) -> Iterator[Finding]:
    if _has_plan(case, case.desk.rows):
        for plan, result in case.desk.rows:
            if case.value(result) and not case.value(plan):
                yield case.find("A404", result)


def a405_no_plan_ahead(case: Case) -> Iterator[Finding]:
    rows, end = case.desk.next_rows, case.practice.finished
    if not rows or _has_plan(case, rows) or _ending(case) or (end and end <= case.year):
        return
    if not _says_end(case, case.year) and not _says_end(case, case.year + 1):
        yield case.find("A405", rows[0][0], year=(case.year + 1).wide)


def a407_said_elsewhere(case: Case) -> Iterator[Finding]:
    """Of what was typed; a paper that came with it is not read."""
    for name, *_ in case.desk.typed:
        if not case.is_locked(name) and says_elsewhere(case.value(name)):
            yield case.find("A407", name)


# --- the end of the item (C)

_YEAR, _MONTH = "取組終了_年", "取組終了_月"


def _ending(case: Case) -> bool:
    """Something is written where the item's end belongs."""
    return bool(case.value(_YEAR) or case.value(_MONTH))


def _end_parts(case: Case) -> dict[str, int]:
    """Year and month of the end, as far as they can be read."""
    numbers = {name: case.value(name) for name in (_YEAR, _MONTH)}
    limits = {_YEAR: 99, _MONTH: 12}
    return {
        name: int(number)
        for name, number in numbers.items()
        if number.isdecimal() and len(number) <= 4 and 1 <= int(number) <= limits[name]
    }


def c501_end_unreadable(case: Case) -> Iterator[Finding]:
    """A blank part is reported only beside a readable one: else a date may stand in one cell."""
    parts = _end_parts(case)
    if not _ending(case) or len(parts) == 2:
        return
    for name in (_YEAR, _MONTH):
        if name not in parts and (case.value(name) or parts):
            yield case.find("C501", name)


def c502_end_outside_year(case: Case) -> Iterator[Finding]:
    parts = _end_parts(case)
    if len(parts) == 2 and not case.year.contains(parts[_YEAR], parts[_MONTH]):
        first = case.year.number
        yield case.find(
            "C502", _YEAR, year=parts[_YEAR], month=parts[_MONTH], first=first, last=first + 1
        )


def c503_end_without_date(case: Case) -> Iterator[Finding]:
    if not _ending(case) and (where := _says_end(case, case.year)):
        yield case.find("C503", _YEAR, where=where)


# --- problems, solutions, remarks (K) and their length (T)

# The form's live check lets pass whatever begins with 特になし: so must this.
_NONE = re.compile(
    r"(?:特に|とくに|該当)?(?:なし|無し|無|ない|無い|ありません)(?:です)?|特になし.*", re.S
)


def _says_none(problem: str) -> bool:
    """課題 特になし, with a bullet or a full stop or not: it needs no 解決方法 (domain §5)."""
    return _NONE.fullmatch(text.squeeze(problem).strip(_BRACKETS)) is not None


def k601_problem_missing(case: Case) -> Iterator[Finding]:
    if not case.value(case.now("課題")):
        yield case.find("K601", case.now("課題"))


def k602_solution_missing(case: Case) -> Iterator[Finding]:
    problem, solution = case.now("課題"), case.now("解決方法")
    missing = case.value(problem) and not case.value(solution)
    if missing and not case.problem(problem) and not _says_none(case.text(problem)):
        yield case.find("K602", solution)


def k603_remarks_missing(case: Case) -> Iterator[Finding]:
    if not case.value("特記事項"):
        yield case.find("K603", "特記事項")


def t701_too_long(case: Case) -> Iterator[Finding]:
    """Cells grow with what is sent out in them, so only what was typed can be cut."""
    for name, columns, room, safe in case.desk.typed:
        words = case.value(name)
        # Lines are counted only where full-width characters throughout would not fit.
        if len(words) // safe + words.count("\n") + 1 <= room:
            continue
        sent = case.context.prefilled.get(name)
        lines = text.lines(words, columns)
        if lines > room and not (sent and same(words, sent.text)):
            yield case.find("T701", name, lines=lines, room=room)


# --- references (R); they come last, for a blank that is reported needs no second word


def _problems(case: Case, code: str) -> Iterator[Finding]:
    years = case.form.years
    for name, resolved in case.references:
        if resolved.problem and resolved.problem.code == code and not _follows(case, name):
            yield case.find(
                code,
                name,
                target=resolved.problem.target,
                first=years[0].wide,
                last=years[-1].wide,
            )


def _gaps(case: Case) -> set[str | None]:
    """Cells reported as missing."""
    codes = ("A401", "A402", "K601", "K602")
    return {finding.place.field for finding in case.findings if finding.code in codes}


def _follows(case: Case, name: str) -> bool:
    """The trouble is only that of a cell which is reported itself (contract, "Findings").

    Without any plan in the evaluated year the labels of later rows mean nothing yet.
    """
    gaps, field = _gaps(case), case.form[name]
    if case.desk.rows[0][0] in gaps and field.n and field.year and field.year > case.year:
        return True
    resolved = case.submission.resolved[name]
    if resolved.problem is None or resolved.problem.code != "R302":
        return False
    reported = gaps | {
        other for other, one in case.references if one.problem and one.problem.code != "R303"
    }
    targets = resolved.targets
    return any(target in reported for target in targets) and all(
        target in reported or case.value(target) for target in targets
    )


def r301_no_such_label(case: Case) -> Iterator[Finding]:
    return _problems(case, "R301")


def r302_target_blank(case: Case) -> Iterator[Finding]:
    return _problems(case, "R302")


def r303_circle(case: Case) -> Iterator[Finding]:
    return _problems(case, "R303")


def r304_year_outside(case: Case) -> Iterator[Finding]:
    return _problems(case, "R304")


def r305_inside_a_sentence(case: Case) -> Iterator[Finding]:
    for name, resolved in case.references:
        if resolved.phrase:
            yield case.find("R305", name, phrase=resolved.phrase)


def r306_label_moved(case: Case) -> Iterator[Finding]:
    """Labels are positions: a row filled further up shifts them (domain §4)."""
    for name, sent in case.context.prefilled.items():
        if sent.target is None:
            continue
        now = case.submission.resolved.get(name)
        if now is None or now.problem or "、".join(now.targets) == sent.target:
            continue
        if not same(now.raw, sent.text) or same(now.text, sent.target_text or ""):
            continue
        if not case.is_locked(name) and not _follows(case, name):
            yield case.find("R306", name, before=short(sent.target_text or ""), now=short(now.text))


# These decide whether the form belongs to this round; if not, the others compare strangers.
IDENTITY: tuple[Rule, ...] = (
    f010_older_version,
    f011_other_year,
    f012_unknown_number,
    f022_token_differs,
    f020_a_year_off,
)
RULES: tuple[Rule, ...] = (
    *IDENTITY,
    f013_header_differs,
    f014_history_altered,
    f015_read_by_its_place,
    f016_place_unclear,
    f018_struck_through,
    f019_shown_otherwise,
    f020_named_otherwise,
    f020_texts_of_another,
    s101_score_missing,
    s102_score_out_of_range,
    s103_score_not_whole,
    s104_score_too_early,
    s106_grade_differs,
    s107_total_differs,
    s108_reason_missing,
    p201_nothing_to_the_left,
    p202_status_missing,
    p203_revision_missing,
    p204_revision_on_plan,
    a401_plan_missing,
    a402_result_missing,
    a403_mark_missing,
    a404_result_without_plan,
    a405_no_plan_ahead,
    a406_text_in_an_added_row,
    a407_said_elsewhere,
    c501_end_unreadable,
    c502_end_outside_year,
    c503_end_without_date,
    k601_problem_missing,
    k602_solution_missing,
    k603_remarks_missing,
    t701_too_long,
    r301_no_such_label,
    r302_target_blank,
    r303_circle,
    r304_year_outside,
    r305_inside_a_sentence,
    r306_label_moved,
    f017_text_beside_the_fields,
    f023_field_not_found,
)
