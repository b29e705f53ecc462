"""指摘の記号: every code of the catalogue with its weight, meaning, an example and the remedy."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter

from workbook_tools.findings import CATALOGUE, Wording
from workbook_tools.handbook.meanings import EXAMPLES, FACTS, GROUPS, MEANINGS


def symbols() -> str:
    """A table of Markdown for each group of codes, in the order of the catalogue."""
    return "\n".join(_group(letter, title) for letter, title in GROUPS.items())


def _group(letter: str, title: str) -> str:
    rows = [_row(code, wording) for code, wording in CATALOGUE.items() if code[0] == letter]
    head = "| 記号 | 重さ | 意味 | 例 | どうするか |\n|---|---|---|---|---|\n"
    return f"## {letter}　{title}\n\n{head}{''.join(rows)}"


def _row(code: str, wording: Wording) -> str:
    facts: Mapping[str, object] = {**FACTS, **EXAMPLES.get(code, {})}
    example, remedy = _filled(wording.message, facts), _filled(wording.hint, facts)
    cells = (code, wording.severity.word, MEANINGS[code], example, remedy)
    return f"| {' | '.join(cell.replace('|', '｜') for cell in cells)} |\n"


def _filled(sentence: str, facts: Mapping[str, object]) -> str:
    """The sentence with example facts. Raises KeyError where one is missing."""
    gaps = {name: facts[name] for _, name, _, _ in Formatter().parse(sentence) if name}
    return sentence.format_map(gaps)
