"""N realistic returned forms, quickly: one complete form, its texts and number exchanged.

Texts have the real lengths (domain §5) and differ from form to form, so that nothing is cached.
"""

from __future__ import annotations

import dataclasses
import io
import random
import re
import zipfile
from pathlib import Path

from tests.samples import PLAN, R3, complete, returned
from workbook_tools.form.layout import FORM_VERSION
from workbook_tools.form.token import Token
from workbook_tools.plan.model import Plan, Practice

# Medians of domain §5, by field.
_LENGTHS = {"取組予定": 11, "取組結果": 52, "評価理由": 33, "課題": 14, "解決方法": 45, "特記": 120}
_WORDS = (
    "窓口の案内を見直し、関係部署と協議を重ねて、予約制の試行や研修を年二回行った結果、"
    "待ち時間が短くなった。"
)


_SHEETS = ("xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml")
_NUMBER = r'(<c r="A1"[^>]*><v>)1(</v>)'


def plan_of(count: int) -> Plan:
    """The sample plan with ``count`` practices, all running."""
    items, departments = PLAN.items, PLAN.departments
    practices = tuple(
        Practice(
            no,
            items[no % len(items)].no,
            f"実践項目その{no}",
            (departments[no % len(departments)].name,),
        )
        for no in range(1, count + 1)
    )
    return dataclasses.replace(PLAN, practices=practices)


def fill_inbox(inbox: Path, count: int, seed: int = 1) -> Plan:
    """Write ``count`` distinct returned forms; the plan they belong to."""
    plan = plan_of(count)
    inbox.mkdir(parents=True, exist_ok=True)
    marked = {
        name: f"@{name}@" if isinstance(value, str) and name.startswith(tuple(_LENGTHS)) else value
        for name, value in complete(plan.practice(1), R3, plan).items()
    }
    with zipfile.ZipFile(io.BytesIO(returned(1, R3, plan, only=marked))) as template:
        parts = {member.filename: template.read(member) for member in template.infolist()}
    chance = random.Random(seed)
    for practice in plan.practices:
        (inbox / f"No{practice.no:05d}.xlsx").write_bytes(_form(parts, plan, practice, chance))
    return plan


def _form(parts: dict[str, bytes], plan: Plan, practice: Practice, chance: random.Random) -> bytes:
    first = plan.practice(1)
    texts = parts["xl/sharedStrings.xml"].decode()
    texts = re.sub(r"@(\w+)@", lambda match: _text(match[1], practice.no, chance), texts)
    for old, new in (
        (first.title, practice.title),
        (first.lead, practice.lead),
        (plan.item(first.item_no).name, plan.item(practice.item_no).name),
        (f"№{first.item_no}<", f"№{practice.item_no}<"),
        (_token(plan, first), _token(plan, practice)),
    ):
        texts = texts.replace(old, new)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for name, part in parts.items():
            content: bytes | str = part
            if name == "xl/sharedStrings.xml":
                content = texts
            elif name in _SHEETS:  # both say the number
                content = re.sub(_NUMBER, rf"\g<1>{practice.no}\2", part.decode())
            book.writestr(name, content)
    return buffer.getvalue()


def _token(plan: Plan, practice: Practice) -> str:
    return str(Token(practice.no, R3, practice.lead, FORM_VERSION))


def _text(name: str, no: int, chance: random.Random) -> str:
    length = next(length for stem, length in _LENGTHS.items() if name.startswith(stem))
    mark = "(新)" if name.startswith("取組結果") else ""
    start = chance.randrange(len(_WORDS))
    words = (_WORDS[start:] + _WORDS * 4)[:length]
    return f"{mark}{no}番 {words}{chance.randrange(10**6)}"
