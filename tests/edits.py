"""Random edits of a report in Word's XML, then fresh figures: the prose must stay as it was edited.

Run: ``python -m tests.edits --count 2000 --seed 1``; the suite does a few.
"""

from __future__ import annotations

import argparse
import copy
import dataclasses
import random
from collections.abc import Callable
from functools import cache
from typing import Any

from lxml import etree

from tests.reports import figures_of, opinions_on, part_of, report_of, with_part
from tests.test_figures import PLAN, R3, real_facts
from workbook_tools.report.content import Report
from workbook_tools.report.refresh import refreshed
from workbook_tools.report.word import document
from workbook_tools.report.word_xml import EMPTY

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
LETTERS = "意見書の文章を直すabc 12９<>&\"'{評価項目数}　"
SMALL = dataclasses.replace(
    PLAN,
    items=PLAN.items[:3],
    practices=tuple(practice for practice in PLAN.practices if practice.item_no <= 3),
)


@cache
def before() -> Report:
    """A small report as it went out."""
    return report_of(figures_of(SMALL), opinions_on(SMALL))


@cache
def after() -> Report:
    """The same round later: another council average, other scores, one practice more at A."""
    facts = real_facts()
    scores = {no: {**own, "創造性": 3 - own["創造性"] // 2} for no, own in facts.scores[R3].items()}
    changed = {**facts.scores, R3: scores}
    return report_of(
        figures_of(SMALL, scores=changed, council={1: 50, 2: 12, 3: 33}), opinions_on(SMALL)
    )


@cache
def written() -> bytes:
    """The document that is edited."""
    return document(before())


# -- edits; each gets the body and a source of chance


def _prose(body: Any) -> list[Any]:
    """The texts outside controls of figures."""
    return [text for text in body.iter(f"{W}t") if not _figure(text)]


def _figure(text: Any) -> bool:
    return any(_alias(c) in before().figures() for c in text.iterancestors(f"{W}sdt"))


def insert(body: Any, chance: random.Random) -> None:
    text = chance.choice(_prose(body))
    at = chance.randrange(len(text.text or "") + 1)
    new = "".join(chance.choices(LETTERS, k=chance.randrange(1, 9)))
    text.text = (text.text or "")[:at] + new + (text.text or "")[at:]


def delete(body: Any, chance: random.Random) -> None:
    text = chance.choice(_prose(body))
    at = chance.randrange(len(text.text or "") + 1)
    text.text = (text.text or "")[:at] + (text.text or "")[at + chance.randrange(1, 9) :]


def split(body: Any, chance: random.Random) -> None:
    """As Word does wherever somebody typed."""
    run = chance.choice(_prose(body)).getparent()
    other = copy.deepcopy(run)
    run.addnext(other)
    first, second = run.find(f"{W}t"), other.find(f"{W}t")
    words = first.text or ""
    at = chance.randrange(len(words) + 1)
    first.text, second.text = words[:at], words[at:]


def bold(body: Any, chance: random.Random) -> None:
    run = chance.choice(list(body.iter(f"{W}r")))
    if run.find(f"{W}rPr") is None:
        look = etree.Element(f"{W}rPr")
        etree.SubElement(look, f"{W}b")
        run.insert(0, look)


def new_paragraph(body: Any, chance: random.Random) -> None:
    place = chance.choice([child for child in body if child.tag == f"{W}p"])
    paragraph = etree.Element(f"{W}p")
    text = etree.SubElement(etree.SubElement(paragraph, f"{W}r"), f"{W}t")
    text.text = "".join(chance.choices(LETTERS, k=20))
    place.addnext(paragraph)


def without_paragraph(body: Any, chance: random.Random) -> None:
    plain = [p for p in body if p.tag == f"{W}p" and p.find(f".//{W}sectPr") is None]
    body.remove(chance.choice([p for p in plain if p.find(f"{W}sdt") is None]))


def moved(body: Any, chance: random.Random) -> None:
    paragraphs = [
        child for child in body if child.tag == f"{W}p" and not child.findall(f".//{W}sectPr")
    ]
    one, other = chance.sample(paragraphs, 2)
    other.addnext(one)


def tracked(body: Any, chance: random.Random) -> None:
    run = chance.choice(_prose(body)).getparent()
    mark = etree.Element(f"{W}ins", {f"{W}id": "9001", f"{W}author": "課長"})
    run.addprevious(mark)
    mark.append(run)


def control_gone(body: Any, chance: random.Random) -> None:
    """Somebody deleted a figure, or made it plain text."""
    control = chance.choice(_controls(body))
    if chance.random() < 0.5:
        for child in reversed(list(control.find(f"{W}sdtContent"))):
            control.addnext(child)
    control.getparent().remove(control)


def figure_typed(body: Any, chance: random.Random) -> None:
    text = chance.choice(_controls(body)).find(f".//{W}t")
    if text is not None:
        text.text = chance.choice(["", "9.9", "＜数値＞", "&"])


def figure_split(body: Any, chance: random.Random) -> None:
    run = chance.choice(_controls(body)).find(f".//{W}r")
    if run is not None:
        run.addnext(copy.deepcopy(run))


def figure_emptied(body: Any, chance: random.Random) -> None:
    content = chance.choice(_controls(body)).find(f"{W}sdtContent")
    for child in list(content):
        content.remove(child)


def copied(body: Any, chance: random.Random) -> None:
    """A paragraph with its figures, pasted elsewhere."""
    paragraphs = [
        child for child in body if child.tag == f"{W}p" and child.find(f"{W}sdt") is not None
    ]
    if paragraphs:
        chosen = chance.choice(paragraphs)
        chosen.addnext(copy.deepcopy(chosen))


def without_tags(body: Any, chance: random.Random) -> None:
    """LibreOffice keeps the alias alone."""
    for control in _controls(body):
        for tag in control.findall(f"{W}sdtPr/{W}tag"):
            tag.getparent().remove(tag)


EDITS: tuple[Callable[[Any, random.Random], None], ...] = (
    *(insert, delete, split, bold, new_paragraph, without_paragraph, moved, tracked),
    *(control_gone, figure_typed, figure_split, figure_emptied, copied, without_tags),
)


def _controls(body: Any) -> list[Any]:
    """The controls of figures, whether the tag is still there or the alias alone."""
    names = set(before().figures())
    return [c for c in body.iter(f"{W}sdt") if _alias(c) in names]


def _alias(control: Any) -> str:
    alias = control.find(f"{W}sdtPr/{W}alias")
    return "" if alias is None else str(alias.get(f"{W}val"))


def edited(chance: random.Random) -> bytes:
    """The document after some edits."""
    root = etree.fromstring(part_of(written()).encode())
    body = root.find(f"{W}body")
    for _ in range(chance.randrange(1, 12)):
        chance.choice(EDITS)(body, chance)
    return with_part(written(), etree.tostring(root, encoding="unicode"))


# -- what must hold


def faults(data: bytes) -> list[str]:
    """What is wrong after a refresh; nothing is right."""
    fresh, _, _ = refreshed(data, "編集済.docx", after())
    wrong = []
    if outside(data) != outside(fresh):
        wrong.append("prose or formatting changed")
    figures = after().figures()
    for name, words in shown(fresh):
        if name in figures and words != (figures[name] or EMPTY):
            wrong.append(f"{name}: {words!r} instead of {figures[name]!r}")
    again, changes, _ = refreshed(fresh, "編集済.docx", after())
    if changes or again != fresh:
        wrong.append(f"a second time changes something: {changes}")
    return wrong


def outside(data: bytes) -> bytes:
    """The document without what stands in controls of figures."""
    root = etree.fromstring(part_of(data).encode())
    for control in _controls(root):
        before_it = control.getprevious()
        if before_it is not None and _alias(before_it) == _alias(control) and not control.tail:
            control.getparent().remove(control)  # doubled by LibreOffice
            continue
        content = control.find(f"{W}sdtContent")
        for child in list(content):
            content.remove(child)
        for prompt in control.findall(f"{W}sdtPr/{W}showingPlcHdr"):
            prompt.getparent().remove(prompt)
    return bytes(etree.tostring(root, method="c14n"))


def shown(data: bytes) -> list[tuple[str, str]]:
    """Every control of a figure by its alias, and what it shows."""
    root = etree.fromstring(part_of(data).encode())
    return [
        (
            _alias(control),
            "".join(text.text or "" for text in control.iter(f"{W}t")),
        )
        for control in _controls(root)
    ]


def main() -> None:
    """Edit and refresh as often as asked; stop at the first fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    for number in range(asked.count):
        wrong = faults(edited(random.Random(f"{asked.seed}/{number}")))
        if wrong:
            raise SystemExit(f"{asked.seed}/{number}: {wrong}")
    print(f"{asked.count} edited documents, 0 faults")


if __name__ == "__main__":
    main()
