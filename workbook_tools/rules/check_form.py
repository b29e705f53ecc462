"""The rules of one returned form: one small function a rule, rule and code named alike. Pure.

Severities, places and wording are the contract's ("Findings"); what each rule means on paper is in
domain §4–§7. Every rule gives all its findings and stays silent where another rule already reports
the empty cell that is the reason. Rules that need other files are
:mod:`collect`'s.
"""

from __future__ import annotations

from workbook_tools.cells import parse_cell
from workbook_tools.findings import Finding, Severity
from workbook_tools.intake.answers import Submission
from workbook_tools.rules.activities import (
    a401_plan_missing,
    a402_result_missing,
    a403_mark_missing,
    a404_result_without_plan,
    a405_no_plan_ahead,
    c501_end_unreadable,
    c502_end_outside_year,
    c503_end_without_date,
)
from workbook_tools.rules.as_read import (
    a406_text_in_an_added_row,
    f015_read_by_its_place,
    f016_place_unclear,
    f017_text_beside_the_fields,
    f018_struck_through,
    f019_shown_otherwise,
    f023_field_not_found,
    f026_error_value,
    f027_copied_many_times,
    replaced,
)
from workbook_tools.rules.case import Case, Context, Rule
from workbook_tools.rules.header import (
    f010_older_version,
    f011_other_year,
    f012_unknown_number,
    f013_header_differs,
    f014_history_altered,
)
from workbook_tools.rules.references import (
    r301_no_such_label,
    r302_target_blank,
    r303_circle,
    r304_year_outside,
    r305_inside_a_sentence,
    r306_label_moved,
    r307_beyond_the_form,
)
from workbook_tools.rules.right_practice import (
    f020_a_year_off,
    f020_named_otherwise,
    f020_texts_of_another,
    f022_token_differs,
)
from workbook_tools.rules.schedule import (
    p201_nothing_to_the_left,
    p202_status_missing,
    p203_revision_missing,
    p204_revision_on_plan,
)
from workbook_tools.rules.scores import (
    s101_score_missing,
    s102_score_out_of_range,
    s103_score_not_whole,
    s104_score_too_early,
    s106_grade_differs,
    s107_total_differs,
    s108_reason_missing,
)
from workbook_tools.rules.texts import (
    a407_said_elsewhere,
    k601_problem_missing,
    k602_solution_missing,
    k603_remarks_missing,
    t701_too_long,
)

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
    r307_beyond_the_form,
    f017_text_beside_the_fields,
    f023_field_not_found,
    f026_error_value,
    f027_copied_many_times,
)
