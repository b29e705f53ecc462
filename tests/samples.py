"""Returned forms for tests: complete ones in sentences of our own, and changes to them."""

from __future__ import annotations

from workbook_tools.era import FiscalYear
from workbook_tools.form import layout, prefill
from workbook_tools.form.content import Content
from workbook_tools.form.workbook import workbook
from workbook_tools.plan.model import Plan, Practice
from workbook_tools.plan.read_master import sample

PLAN = sample()
FORM = layout.form_of(PLAN)
R2, R3, R4 = (FiscalYear.parse(year) for year in ("R2", "R3", "R4"))


def complete(practice: Practice, year: FiscalYear = R3, plan: Plan = PLAN) -> dict[str, str | int]:
    """Answers of a form without any finding; every practice says something of its own."""
    title = f"{practice.title[:12]}（{practice.no}番）"
    values: dict[str, str | int] = {
        f"工程_当初_{plan.years[0]}": "調査",
        f"工程_状況_{year}": "工程どおり",
        f"取組予定_{year}_1": f"{title}の実施",
        f"取組結果_{year}_1": f"(新){title}を年{practice.no + 2}回行った。",
        f"課題_{year}": f"{title}の人手が足りない。",
        f"解決方法_{year}": "研修を受けた職員を増やす。",
        "特記事項": f"{title}は予定の時期に始められた。",
    }
    for later in plan.years:
        if later > plan.years[0]:
            values[f"工程_当初_{later}"] = "⇒"
        if later > year:
            values[f"取組予定_{later}_1"] = f"{title}の継続"
    for criterion in plan.criteria:
        values[f"{criterion.name}_{year}"] = 2
    for field in layout.form_of(plan).reasons:
        values[field.name] = f"{title}の{field.title}はこのとおり。"
    return values


def returned(
    no: int = 16,
    year: FiscalYear = R3,
    plan: Plan = PLAN,
    *,
    number: int | None = None,
    only: dict[str, str | int] | None = None,
    **changes: str | int,
) -> bytes:
    """The workbook a department sends back, complete but for the changes.

    ``number`` sends practice ``no``'s answers under another number.
    """
    plan = plan.of_year(year)
    practice = plan.practice(no)
    values = only if only is not None else complete(practice, year, plan)
    blank = prefill.content(plan, practice, prefill.Known())
    content = Content({**blank.values, **values, **changes}, blank.open)
    return workbook(plan, plan.practice(number or no), content)
