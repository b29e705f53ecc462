"""Which departments and items a command is asked to write to, where it is not all of them."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace

from workbook_tools.findings import UserError
from workbook_tools.plan.model import Plan, Practice


@dataclass(frozen=True, slots=True)
class Only:
    """Departments by name and items by number; none of either means all."""

    departments: tuple[str, ...] = ()
    items: tuple[int, ...] = ()

    @property
    def some(self) -> bool:
        """Not everybody is meant."""
        return bool(self.departments or self.items)

    def wants(self, practice: Practice) -> bool:
        """The practice is of one of the departments, and one of the items."""
        return self.has_department(practice.lead) and (not self.items or practice.no in self.items)

    def has_department(self, name: str) -> bool:
        """The department is one of them."""
        return not self.departments or name in self.departments

    def among(self, before: Mapping[str, str], files: Container[str]) -> dict[str, str]:
        """What was written before and concerns this run: where some are meant, others stay."""
        return {name: sha for name, sha in before.items() if not self.some or name in files}

    def among_leads(self, plan: Plan, practices: Sequence[Practice]) -> Only:
        """The same with the departments' present names; ``practices`` are those of the round.

        Raises UserError over a department or an item that has nothing to do with it.
        """
        leads, numbers = {each.lead for each in practices}, {each.no for each in practices}
        found = {name: plan.lead(name) for name in self.departments}
        unknown = [name for name, lead in found.items() if lead not in leads]
        strange = [f"小№{no}" for no in self.items if no not in numbers]
        if unknown or strange:
            names = "、".join(f"『{name}』" for name in (*unknown, *strange))
            raise UserError(
                f"{names}は、この年度に様式を出す部署・項目ではありません。"
                "計画マスタの担当部署（先頭の部署）と小№を確かめてください。"
            )
        return replace(self, departments=tuple(lead for lead in found.values() if lead))


EVERYTHING = Only()
