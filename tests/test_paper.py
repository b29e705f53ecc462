"""How text fits paper: one module knows it, and its sums hold."""

from __future__ import annotations

import ast

import pytest

from tests.test_code import MODULES, tree
from workbook_tools.excel.write import paper

HOME = "excel.write.paper"
FIGURES = {11.5, 12.5, 6.2, 409}  # points a line, pixels a character, the highest row


def known_of_paper(node: ast.Constant) -> bool:
    """A size of print, or a footer."""
    if isinstance(node.value, str):
        return "&P" in node.value
    return isinstance(node.value, int | float) and node.value in FIGURES


@pytest.mark.parametrize("module", [name for name in MODULES if name != HOME])
def test_nobody_else_knows_sizes_of_print_or_footers(module: str) -> None:
    constants = (node for node in ast.walk(tree(module)) if isinstance(node, ast.Constant))
    assert not [(node.lineno, node.value) for node in constants if known_of_paper(node)]


def test_a_size_elsewhere_is_found() -> None:
    found = [
        known_of_paper(node)
        for node in ast.walk(ast.parse("points = 4 + 11.5 * 3\nfooter = '&C&P'\ncount = 12"))
        if isinstance(node, ast.Constant)
    ]
    assert sorted(found) == [False, False, False, True, True]


@pytest.mark.parametrize(
    ("lettering", "pixels", "characters"),
    [
        (paper.LISTS, 68, 10),
        (paper.LISTS, 67, 9),
        (paper.LISTS.at(18), 130, 10),
        (paper.LISTS, 3, 2),
    ],
)
def test_characters_on_a_line(lettering: paper.Lettering, pixels: int, characters: int) -> None:
    assert lettering.characters(pixels) == characters


def test_a_text_fits_the_cell_that_is_as_wide_as_it_asks() -> None:
    for lettering in (paper.LISTS, paper.LISTS.at(11.25), paper.FORM):
        for text in ("財政", "民間活力", "ＩＣＴ"):
            pixels = lettering.pixels(text)
            assert lettering.lines(text, pixels) == 1
            assert lettering.lines(text * 2, pixels) > 1


def test_rows_grow_by_lines_as_far_as_excel_lets_them() -> None:
    assert paper.LISTS.height(1) == 15.5
    assert paper.LISTS.height(2) == 27
    assert paper.LISTS.height(paper.MOST_LINES) < paper.HIGHEST
    assert paper.LISTS.height(99) == paper.HIGHEST


def test_whole_pixels() -> None:
    assert [paper.whole_pixels(points) for points in (15.0, 15.1, 15.75)] == [15.0, 15.75, 15.75]
