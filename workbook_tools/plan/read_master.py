"""The plan master in: read, checked as a whole, turned into a :class:`Plan` (domain §3).

Only a master without any finding of :mod:`workbook_tools.plan.master_checks` is built into a plan.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

from workbook_tools import workspace
from workbook_tools.era import FiscalYear, years_between
from workbook_tools.excel.read import book as reading
from workbook_tools.findings import PlanError, UserError
from workbook_tools.plan.master_checks import look
from workbook_tools.plan.master_tables import (
    MasterTables,
    Row,
    cells,
    code,
    day,
    mark,
    maybe,
    names,
    ordinal,
    read,
    rows_of,
    score,
    whole,
    years,
)
from workbook_tools.plan.model import (
    EVERYBODY,
    Correction,
    Criterion,
    Department,
    GradeRule,
    Item,
    Member,
    Plan,
    Practice,
    Theme,
    Waiver,
)
from workbook_tools.text import key

COUNCIL = "審議会"  # where the master names none


def load(path: Path) -> Plan:
    """The plan of a plan master file. Raises UserError (no such file) or PlanError (findings)."""
    if not path.exists():
        raise UserError(
            f"計画マスタ『{path}』がありません。"
            "`workbook-tools init`（見本から始めるときは `init --sample`）で作ってください。"
        )
    return parse(workspace.read(path), path.name)


def parse(data: bytes, file: str) -> Plan:
    """The plan in a plan master. Raises PlanError with all findings, in the order of the sheets.

    ``file`` is the name that messages give. Raises UserError where the bytes are no workbook.
    """
    try:
        tables = reading.tables(data)
    except reading.UnreadableError as error:
        raise UserError(f"『{file}』を読めません（{error.reason}）。") from error
    parts = read(tables, file)
    if findings := look(tables, parts, file):
        raise PlanError(findings)
    return _plan(parts)


def sample() -> Plan:
    """The built-in sample: the plan the rules were read from (domain, Source)."""
    text = resources.files("workbook_tools").joinpath("data/sample_plan.json").read_text("utf-8")
    data: dict[str, Any] = json.loads(text)
    facts = data["plan"]
    first, last = FiscalYear.parse(facts["first_year"]), FiscalYear.parse(facts["last_year"])
    return Plan(
        name=facts["name"],
        city=facts["city"],
        secretariat=facts["secretariat"],
        council=facts["council"],
        years=years_between(first, last),
        evaluated=FiscalYear.parse(facts["evaluated"]),
        deadline=date.fromisoformat(facts["deadline"]),
        effectiveness_years=tuple(map(FiscalYear.parse, facts["effectiveness_years"])),
        themes=tuple(Theme(**theme) for theme in data["themes"]),
        items=tuple(Item(i["no"], i["name"], tuple(i["themes"])) for i in data["items"]),
        practices=tuple(_sample_practice(**practice) for practice in data["practices"]),
        departments=tuple(
            Department(d["name"], tuple(d.get("former_names", ()))) for d in data["departments"]
        ),
        criteria=tuple(Criterion(**criterion) for criterion in data["criteria"]),
        grades=tuple(GradeRule(**grade) for grade in data["grades"]),
    )


def _sample_practice(
    no: int,
    item: int,
    title: str,
    departments: list[str],
    sheet_title: str | None = None,
    continued: bool = False,
    finished: str | None = None,
) -> Practice:
    end = FiscalYear.parse(finished) if finished else None
    return Practice(
        no, item, title, tuple(departments), sheet_title, continued, first_year=None, finished=end
    )


# --- from checked rows to the plan


def _plan(parts: MasterTables) -> Plan:
    facts = parts["値"].rows[0]
    council = maybe(str, facts.get("審議会名"))
    first, last = (FiscalYear.parse(facts[name].text) for name in ("開始年度", "終了年度"))
    themes = tuple(
        Theme(row["№"].text, row["略称"].text, row["テーマ名"].text) for row in parts["テーマ"].rows
    )
    departments = tuple(
        Department(row["部署"].text, maybe(names, row.get("旧名称")) or (), _text(row, "連絡先"))
        for row in parts["部署"].rows
        if key(row["部署"].text) != key(EVERYBODY)
    )
    present = {key(name): name for name in (EVERYBODY, *(d.name for d in departments))}
    return Plan(
        name=facts["計画名"].text,
        city=facts["団体名"].text,
        secretariat=facts["事務局"].text,
        council=council or COUNCIL,
        years=years_between(first, last),
        evaluated=FiscalYear.parse(facts["評価年度"].text),
        deadline=maybe(day, facts["提出期限"]),
        effectiveness_years=maybe(years, facts["有効性評価年度"]) or (),
        resubmission=maybe(day, facts.get("再提出期限")),
        themes=themes,
        items=tuple(_item(row, themes) for row in parts["取組項目"].rows),
        practices=tuple(_practice(row, present) for row in parts["実践項目"].rows),
        departments=departments,
        criteria=tuple(_criterion(row, parts) for row in parts["評価項目"].rows),
        grades=_grades(parts),
        waivers=tuple(_waiver(row) for row in rows_of(parts, "特例")),
        members=tuple(
            Member(ordinal(row["委員番号"].text), _text(row, "氏名"))
            for row in rows_of(parts, "委員")
        ),
        corrections=tuple(_correction(row) for row in rows_of(parts, "訂正")),
        stages=tuple(
            row["名称"].text
            for row in sorted(rows_of(parts, "段階"), key=lambda row: ordinal(row["順"].text))
        ),
    )


def _waiver(row: Row) -> Waiver:
    return Waiver(
        ordinal(row["小№"].text),
        code(row["コード"].text),
        row["理由"].text,
        _text(row, "承認者"),
        maybe(day, row.get("期限")),
    )


def _correction(row: Row) -> Correction:
    return Correction(
        ordinal(row["小№"].text),
        row["欄"].text,
        row["誤"].text,
        row["正"].text,
        row["理由"].text,
        _text(row, "承認者"),
        maybe(day, row.get("日付")),
    )


def _text(row: Row, heading: str) -> str:
    return row[heading].text if heading in row else ""


def _item(row: Row, themes: Sequence[Theme]) -> Item:
    marked = tuple(theme.short for theme in themes if mark(row[theme.short].text))
    return Item(ordinal(row["№"].text), row["取組項目"].text, marked)


def _practice(row: Row, present: Mapping[str, str]) -> Practice:
    return Practice(
        no=ordinal(row["小№"].text),
        item_no=ordinal(row["大№"].text),
        title=row["実践項目"].text,
        departments=tuple(present[key(name)] for name in names(row["担当部署"].text)),
        sheet_title=_text(row, "シート表記") or None,
        continued=mark(_text(row, "前プラン継続")),
        first_year=maybe(FiscalYear.parse, row.get("開始年度")),
        finished=maybe(FiscalYear.parse, row.get("取組終了")),
        reopened=maybe(FiscalYear.parse, row.get("再開")),
        former=maybe(ordinal, row.get("旧小№")),
        label=_text(row, "表示番号"),
    )


def _criterion(row: Row, parts: MasterTables) -> Criterion:
    name = row["評価項目"].text
    meanings = {
        score(about["評点"].text): about["説明"].text
        for about in rows_of(parts, "説明")
        if key(about["評価項目"].text) == key(name) and not about["説明"].blank
    }
    former_names = maybe(names, row.get("旧名称")) or ()
    return Criterion(name, score(row["最小"].text), score(row["最大"].text), meanings, former_names)


def _grades(parts: MasterTables) -> tuple[GradeRule, ...]:
    """The rules as written; the last one without 合計下限 takes in the lowest total there is."""
    criteria = [cell.text for cell in cells(parts, "評価項目", "評価項目")]
    lowest = sum(score(row["最小"].text) for row in parts["評価項目"].rows)
    rules = []
    for row in parts["総合評価"].rows:
        total = maybe(whole, row["合計下限"])
        minima = {name: maybe(score, row[f"{name}下限"]) for name in criteria}
        rules.append(
            GradeRule(
                row["総合評価"].text,
                lowest if total is None else total,
                {name: least for name, least in minima.items() if least is not None},
            )
        )
    return tuple(rules)
