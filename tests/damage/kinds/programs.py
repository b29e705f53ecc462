"""What other programs and ways of saving do to a workbook, answers untouched."""

from __future__ import annotations

from tests.damage import excel
from tests.damage.book import LOST, Target
from tests.damage.desk import Desk
from tests.damage.kinds import kind


@kind(1)
def texts_inside_the_cells(desk: Desk) -> None:
    """Inline strings, as many programs write them; formulas without their values."""
    desk.inline = True
    desk.stored = desk.chance.random() < 0.5
    desk.say("inline strings")


@kind(1)
def formulas_without_values(desk: Desk) -> None:
    """As openpyxl saves: nothing is calculated."""
    desk.stored = False
    desk.say("formulas without stored values")


@kind(0.5)
def saved_as_strict_xml(desk: Desk) -> None:
    """Excel's "Strict Open XML": other namespaces."""
    desk.strict = True
    desk.say("strict namespaces")


@kind(0.5)
def formulas_removed(desk: Desk) -> None:
    """Programs that drop formulas keep their values; others keep neither."""
    keep = desk.chance.random() < 0.5
    for sheet in desk.book.sheets:
        for spot, cell in sheet.cells.items():
            if cell.formula:
                value = cell.value if keep else None
                sheet.cells[spot] = cell._replace(formula="", value=value)
    desk.say(f"formulas removed, values {'kept' if keep else 'gone'}")


@kind(0.5)
def names_by_the_thousand(desk: Desk) -> None:
    """Old workbooks drag thousands of dead names along."""
    for number in range(desk.chance.choice((500, 3000))):
        desk.book.names[None, f"旧_{number}"] = Target(None, None, LOST)
    desk.say("dead names by the thousand")


@kind(0.5)
def blank_sheets_by_the_dozen(desk: Desk) -> None:
    for number in range(desk.chance.randint(3, 40)):
        excel.add_sheet(desk.book, f"Sheet{number + 1}", desk.chance.choice((0, 99)))
    desk.say("blank sheets")


@kind(1)
def blank_cells_far_away(desk: Desk) -> None:
    """Formats and blanks to the edge of the sheet; spaces that nobody sees."""
    desk.unprotect()
    sheet = desk.chance.choice((desk.first, desk.second))
    for row, col in ((200, 150), (1000, 3), (5, 200)):
        desk.scribble(sheet, row, col, desk.chance.choice((" ", "　", "", "\n")))
    desk.say("spaces far away")
