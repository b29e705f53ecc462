"""The wrong practice, the wrong year, the wrong round: right papers of something else."""

from __future__ import annotations

import re

from tests.damage.desk import Desk, Must
from tests.damage.kinds import kind
from tests.damage.kinds.sheets import other_form
from workbook_tools.form.layout import Kind

# Whatever says that a form may be another practice's.
_ANOTHERS = frozenset({"F009", "F012", "F013", "F014", "F020", "F021", "F022"})
_HEADER = ("項目番号", "取組項目番号", "取組項目", "実践項目", "担当部署")


@kind(2)
def the_number_typed_over(desk: Desk) -> None:
    """Another item's number on the form, nothing else changed."""
    desk.unprotect()
    others = [practice.no for practice in desk.setting.practices if practice.no != desk.no]
    no = desk.chance.choice(others)
    _renumber(desk, no)
    desk.musts.append(Must(f"№{desk.no}'s form under number {no}", _ANOTHERS))
    desk.refusal_ok = True
    desk.say(f"number {no} typed over {desk.no}")


def _renumber(desk: Desk, no: int) -> None:
    desk.put("項目番号", no)
    anchor = desk.chart.repeats["項目番号"]
    area, cell = desk.label(desk.second, anchor)
    desk.second.cells[area.top, area.left] = cell._replace(value=no)


@kind(2)
def the_whole_header_of_another_item(desk: Desk) -> None:
    """Its own sheet lost, somebody retyped the header of another item's form.

    Nothing but the token (or prefilled history) can tell; so it is asked only where names stayed.
    """
    desk.unprotect()
    no = desk.chance.choice([p.no for p in desk.setting.practices if p.no != desk.no])
    book = desk.setting.template(no).book
    for name in _HEADER:
        place = desk.setting.form[name].area
        desk.put(name, book.sheets[0].cell(place.row, place.col).value)
    for item in desk.setting.form.fields:
        if item.kind is Kind.MARK:
            desk.put(item.name, book.sheets[0].cell(item.area.row, item.area.col).value)
    _renumber(desk, no)
    for field in ("実践項目", "取組項目番号"):
        anchor = desk.chart.repeats.get(field)
        if anchor:
            area, cell = desk.label(desk.second, anchor)
            twin = book.sheets[1].cell(area.top, area.left)
            desk.second.cells[area.top, area.left] = cell._replace(value=twin.value)
    desk.musts.append(Must(f"№{desk.no}'s form with the header of {no}", _ANOTHERS))
    desk.refusal_ok = True
    desk.say(f"header of {no} typed over that of {desk.no}")


@kind(2)
def answers_of_another_item(desk: Desk) -> None:
    """The file name says the item whose answers these are, the header says another."""
    no, sheets = other_form(desk)
    for item in desk.setting.form.fields:
        if item.kind in (Kind.TEXT, Kind.SCORE, Kind.STATUS):
            other = sheets[item.sheet].cell(item.area.row, item.area.col)
            desk.replace(item.name, desk.cell(item.name)._replace(value=other.value))
    desk.file = re.sub(r"No\d+", f"No{no:02d}", desk.file)
    desk.originals.pop(no, None)
    desk.musts.append(Must(f"№{no}'s answers under {desk.no}", _ANOTHERS))
    desk.refusal_ok = True
    desk.say(f"answers of {no} in the form of {desk.no}, file {desk.file}")


@kind(2)
def another_number_in_the_file_name(desk: Desk) -> None:
    others = [practice.no for practice in desk.setting.practices if practice.no != desk.no]
    no = desk.chance.choice(others)
    desk.file = desk.chance.choice(
        (f"No{no:02d}_進捗状況シート.xlsx", f"№{no}.xlsx", f"（修正）No.{no} 提出用.xlsx")
    )
    desk.musts.append(Must(f"file {desk.file} holds №{desk.no}", frozenset({"F020"})))
    desk.say(f"file called {desk.file}")


@kind(1)
def a_file_name_of_ones_own(desk: Desk) -> None:
    """Numbers in a name that are no item's number."""
    desk.file = desk.chance.choice(
        (
            "進捗状況シート_R3.xlsx",
            "20220420_提出.xlsx",
            f"No{desk.no:02d}_v2.xlsx",
            f"№{desk.no}（2回目）.xlsx",
            "窓口課2.xlsx",
            f"No.{desk.no}_R4.4.20.xlsx",
        )
    )
    desk.say(f"file called {desk.file}")


@kind(2)
def answers_a_year_too_far(desk: Desk) -> None:
    """Everything of the evaluated year typed in the next year's columns and rows."""
    desk.unprotect()
    years = [str(year) for year in desk.setting.form.years]
    following = years[years.index(desk.year) + 1]
    for item in desk.setting.form.fields:
        if str(item.year) == desk.year and item.kind in (Kind.TEXT, Kind.SCORE, Kind.STATUS):
            value = desk.cell(item.name).value
            other = item.name.replace(desk.year, following)
            if value not in (None, ""):
                desk.put(other, value)
                desk.put(item.name, None)
    desk.refusal_ok = True
    desk.say(f"answers of {desk.year} typed under {following}")


@kind(1)
def answers_a_year_too_early(desk: Desk) -> None:
    """The evaluated year's answers copied over the year before as well, or moved there."""
    desk.unprotect()
    years = [str(year) for year in desk.setting.form.years]
    before = years[years.index(desk.year) - 1]
    for item in desk.setting.form.fields:
        if str(item.year) == desk.year and item.kind in (Kind.TEXT, Kind.SCORE, Kind.STATUS):
            value = desk.cell(item.name).value
            if value not in (None, ""):
                desk.put(item.name.replace(desk.year, before), value)
    desk.refusal_ok = True
    desk.say(f"answers of {desk.year} also under {before}")


@kind(1)
def the_year_typed_over(desk: Desk) -> None:
    """Last year's form: 確認時期 says another year."""
    desk.unprotect()
    desk.put("確認年度", desk.chance.choice(("令和２年度末", "令和元年度末", "Ｒ２年度末")))
    desk.musts.append(Must("a form of another year", frozenset({"F011", "F022"})))
    desk.refusal_ok = True
    desk.say("確認時期 of another year")


@kind(1)
def the_header_respelled(desk: Desk) -> None:
    """Widths, spaces, old names: still the same item."""
    desk.unprotect()
    title = desk.text("実践項目")
    desk.put("実践項目", desk.chance.choice((f"{title} ", f"　{title}", title.replace("・", "･"))))
    number = desk.chance.choice((f"№{desk.no}", str(desk.no), f"{desk.no} ", f"No.{desk.no}"))
    desk.put("項目番号", number)
    desk.refusal_ok = True
    desk.say("header respelled")
