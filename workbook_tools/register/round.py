"""Which plan belongs to which round: the plan changes while it runs (domain §1, §2)."""

from __future__ import annotations

from workbook_tools.era import FiscalYear
from workbook_tools.plan.model import Plan
from workbook_tools.plan.read_master import parse
from workbook_tools.register import ledger
from workbook_tools.register.database import Register
from workbook_tools.register.submissions import plan_version
from workbook_tools.workspace import Workspace


def plan_of_round(workspace: Workspace, plan: Plan, year: FiscalYear) -> Plan:
    """The plan master of today for today's round, and of an earlier one the version kept then.

    A list of R3 made in R6 must be the list of R3: items moved or renamed since stand where they
    stood, under the thresholds of that year.
    """
    if year >= plan.evaluated:
        return plan
    with Register.open(workspace.register, write=False) as register:
        sha256 = plan_version(register, year)
    if sha256 is None:
        return plan
    return parse(ledger.content(workspace.archive, sha256), workspace.plan_master.name)
