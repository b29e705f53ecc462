"""A round, made in one place: the workspace, the plan of that very round, and the present moment.

A plan changes while it runs (domain §1, §2): every command judges, lists and exports a round by the
plan master of its own time, never by another year's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from workbook_tools.era import LAST, FiscalYear
from workbook_tools.findings import PlanError, UserError
from workbook_tools.plan.model import Plan, Practice
from workbook_tools.plan.read_master import load, parse
from workbook_tools.register import closings, journal, ledger, plan_history
from workbook_tools.register.database import Register
from workbook_tools.register.records import SourceKind
from workbook_tools.text import file_name
from workbook_tools.workspace import Workspace, digest, read


@dataclass(frozen=True, slots=True)
class Round:
    """One year's evaluation, or one stage (段階) of it.

    ``plan`` is the plan of that round; ``now`` an ISO time.
    """

    workspace: Workspace
    plan: Plan
    now: str

    @property
    def year(self) -> FiscalYear:
        """The evaluated year, with its stage where there are several: by that a round is named."""
        return self.plan.round

    @property
    def today(self) -> date:
        """The day of ``now``."""
        return date.fromisoformat(self.now[:10])

    def form_path(self, practice: Practice) -> Path:
        """Where a practice's form goes: ``templates/R3/（民）窓口サービス課/No16_….xlsx``."""
        name = f"No{practice.no:02d}_{file_name(practice.title)}.xlsx"
        return self.workspace.forms(self.year) / file_name(practice.lead) / name


def open_round(
    workspace: Workspace, year: FiscalYear | None, now: str, stage: str | None = None
) -> Round:
    """The round of ``year``, without one that of the plan master's 評価年度.

    Where the plan names several stages a year (段階), it is ``stage``, or without one that which
    began last. Of an earlier stage, of another year, and once it is closed, it is held by the last
    plan master noted for it. Raises UserError where there is no plan master, where it has faults or
    does not fit the history under its numbers, where none was ever noted for that year, where that
    was disposed of (廃棄), or where the register is lost.
    """
    if is_lost(workspace):
        raise UserError(
            f"登録簿『{workspace.register}』がありません。workbook-tools collect --rebuild を"
            "実行すると、保存してある控えから作り直せます。"
        )
    held = of_master(workspace, now)
    if year is not None:
        held.plan.of_year(year)
    with Register.open(workspace.register, write=False) as register:
        own = _named(register, held, year or held.year, stage)
        closings.refuse_if_disposed(register, own)
        is_past = own.whole != held.year or any(
            later.whole == held.year and later > own for later in closings.begun(register)
        )
        if not is_past and own not in closings.closed(register):
            plans = noted_plans(register, workspace, before=own)
            plan = following(held.plan.of_round(own), plans)
            plan_history.check(register, plan, workspace)
            return replace(held, plan=plan)
        noted = noted_plans(register, workspace).get(own)
    if noted is None:
        raise UserError(
            f"{own.long}の計画が登録されていません（計画マスタの評価年度は{held.year}です）。"
            "--year か計画マスタの評価年度を確かめてください。"
        )
    return Round(workspace, noted, now)


def round_named(workspace: Workspace, year: FiscalYear, stage: str | None) -> FiscalYear:
    """What :func:`open_round` opens, also where that was disposed of (廃棄)."""
    with Register.open(workspace.register, write=False) as register:
        return _named(register, of_master(workspace, ""), year, stage)


def disposal(workspace: Workspace, year: FiscalYear | None, stage: str | None) -> str:
    """Of what :func:`open_round` opens: when it was disposed of, in a sentence; or nothing."""
    master = of_master(workspace, "")
    with Register.open(workspace.register, write=False) as register:
        return closings.disposal(register, _named(register, master, year or master.year, stage))


def _named(register: Register, master: Round, year: FiscalYear, stage: str | None) -> FiscalYear:
    """The round of a year by the stages of its own plan; UserError where there is no such stage."""
    plan = master.plan
    if year != plan.evaluated:
        plans = noted_plans(register, master.workspace)
        own = [noted for noted in plans if noted.whole == year]
        plan = plans[max(own)] if own else plan.of_year(year)
    if stage is not None or not plan.stages:
        return (plan.at_stage(stage) if stage is not None else plan).round
    begun = closings.begun(register)
    rounds = [plan.at_stage(name).round for name in plan.stages]
    return max((known for known in rounds if known in begun), default=rounds[0])


def is_lost(workspace: Workspace) -> bool:
    """Whether there is no register although the ledger knows of one."""
    return not workspace.register.exists() and bool(journal.lines(workspace.archive).entries)


def of_master(workspace: Workspace, now: str) -> Round:
    """The round of the plan master as it stands; the register is not asked.

    UserError where there is none, or where it has faults.
    """
    if lost := lost_master(workspace):
        raise UserError(lost)
    return Round(workspace, load(workspace.plan_master), now)


def lost_master(workspace: Workspace) -> str:
    """Where the last plan master is kept, in a sentence, if it is there no more; else nothing."""
    if workspace.plan_master.exists():
        return ""
    lines = journal.lines(workspace.archive).entries
    noted = [line.source.sha256 for line in lines if line.source.kind is SourceKind.PLAN]
    if not noted:
        return ""
    return (
        f"計画マスタ『{workspace.plan_master}』がなくなっています。最後に使ったものの控え"
        f"『{ledger.kept(workspace.archive, noted[-1])}』を、その名前で写して戻してください。"
    )


def following(plan: Plan, plans: Mapping[FiscalYear, Plan]) -> Plan:
    """The plan with the one of the year before it."""
    earlier = [year for year in plans if year.stage == LAST and year < plan.evaluated]
    return replace(plan, before=plans[max(earlier)] if earlier else None)


def noted_plans(
    register: Register, workspace: Workspace, *, before: FiscalYear | None = None
) -> dict[FiscalYear, Plan]:
    """Year → the plan its round was held by: the last plan master noted for it.

    With ``before`` only the rounds before that year.

    The first edition noted for an earlier round whatever plan master stood there when one of its
    sheets came late; such a version says another 評価年度 and is passed over while a right one is
    there. A version that can no longer be read as a plan raises UserError.
    """
    versions: dict[FiscalYear, list[str]] = {}
    for source in register.sources(SourceKind.PLAN):
        if source.year is not None and (before is None or source.year < before):
            versions.setdefault(source.year, []).append(source.sha256)
    plans: dict[FiscalYear, Plan] = {}
    for year in sorted(versions):
        plans[year] = following(_last_of(workspace, year, versions[year]), plans)
    return plans


def _last_of(workspace: Workspace, year: FiscalYear, noted: list[str]) -> Plan:
    """The last version that is that year's; without any, the first one noted."""
    first = None
    for sha256 in dict.fromkeys(reversed(noted)):
        plan = _kept_plan(workspace, sha256)
        if plan.evaluated == year.whole:
            return plan.of_round(year)
        first = plan
    assert first is not None
    return first.of_round(year)


_PLANS: dict[str, Plan] = {}


def _kept_plan(workspace: Workspace, sha256: str) -> Plan:
    """A plan master of the archive; read once a run, for every output asks again."""
    if sha256 not in _PLANS:
        data = ledger.content(workspace.archive, sha256)
        try:
            _PLANS[sha256] = parse(data, workspace.plan_master.name)
        except PlanError as error:
            path = ledger.kept(workspace.archive, sha256)
            raise UserError(f"控えの計画マスタ『{path}』を読めません（{error}）") from error
    return _PLANS[sha256]


def note_plan(register: Register, held: Round) -> None:
    """Keep the plan master a round is held by, if it is another one than noted last.

    Only while it says that it is this round's: an earlier round keeps the one of its time.
    """
    workspace = held.workspace
    if not workspace.plan_master.exists() or held.year in closings.closed(register):
        return
    data = read(workspace.plan_master)
    noted = [
        source.sha256 for source in register.sources(SourceKind.PLAN) if source.year == held.year
    ]
    if digest(data) in noted[-1:] or parse(data, workspace.plan_master.name) != held.plan:
        return
    name = workspace.relative(workspace.plan_master)
    ledger.take(register, workspace.archive, data, SourceKind.PLAN, name, held.year, held.now)
