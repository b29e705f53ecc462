"""Printed labels typed anew, shortened, overwritten, exchanged, hidden."""

from __future__ import annotations

import random
import re

from tests.damage import excel, texts
from tests.damage.book import TYPED, Sheet, UnfitError
from tests.damage.desk import Desk
from tests.damage.kinds import kind
from tests.damage.kinds.names import _fields

_WIDE = str.maketrans("ＲＩＣＴ０１２３４５６７８９（）／～", "RICT0123456789()/~")
_BRACKETS = str.maketrans("【】（）()", "［］〔〕[]")


def _spaced(text: str, chance: random.Random) -> str:
    gap = chance.choice((" ", "　"))
    return gap.join(text.replace("\n", ""))


def _narrow(text: str, chance: random.Random) -> str:
    return text.translate(_WIDE)


def _bracketed(text: str, chance: random.Random) -> str:
    return text.translate(_BRACKETS)


def _unbracketed(text: str, chance: random.Random) -> str:
    return re.sub("[【】]", "", text)


def _broken(text: str, chance: random.Random) -> str:
    bare = text.replace("\n", "")
    at = chance.randint(1, max(1, len(bare) - 1))
    return f"{bare[:at]}\n{bare[at:]}"


def _edged(text: str, chance: random.Random) -> str:
    return f"{chance.choice(('', ' ', '　'))}{text}{chance.choice((' ', '　', chr(10), '：', '※'))}"


def _wide(text: str, chance: random.Random) -> str:
    return re.sub("[!-~]", lambda match: chr(ord(match[0]) + 0xFEE0), text.replace("\n", ""))


SPELLINGS = (_spaced, _narrow, _bracketed, _unbracketed, _broken, _edged, _wide)

# Words a person leaves out and everybody still understands.
SHORTER = {
    "【取組予定・今後の取組予定】": ("取組予定", "今後の取組予定", "【取組予定】"),
    "【取組結果・評価につながる活動指標(効果)】": (
        "取組結果",
        "【取組結果】",
        "取組結果・活動指標",
    ),
    "課題・問題点／今後の想定される課題等": ("課題・問題点", "課題", "課題等"),
    "左記の解決方法": ("解決方法", "解決策", "左記課題の解決方法"),
    "【評価の理由】": ("評価理由", "理由", "【評価の理由】（令和３年度）"),
    "【上記のうち、特記すべき事項】": ("特記すべき事項", "上記のうち特記すべき事項"),
    "確認時期": ("時期", "確認の時期"),
    "取組に対する自己評価": ("自己評価",),
    "取組上の課題等": ("課題等",),
    "特記事項": ("【特記事項】", "特記事項（令和３年度）", "■特記事項"),
    "評価項目": ("項目",),
}


def _again(text: str) -> str:
    """``Ｒ３年度`` → ``令和3年度`` and the like."""
    match = re.fullmatch("Ｒ([０-９])(年度)?", text.replace("\n", ""))
    return f"令和{match[1]}{match[2] or '年度'}" if match else text


@kind(4)
def labels_respelled(desk: Desk) -> None:
    """Spaces, widths, brackets, line breaks: everybody reads them still."""
    desk.unprotect()
    share = desk.chance.choice((0.1, 0.5, 1.0))
    for sheet in (desk.first, desk.second):
        for key in desk.labels(sheet):
            _, cell = desk.label(sheet, key)
            if isinstance(cell.value, str) and desk.chance.random() < share:
                spelling = desk.chance.choice(SPELLINGS)
                desk.relabel(sheet, key, spelling(cell.value, desk.chance))
    if desk.chance.random() < 0.5:
        _lose_names(desk)
    desk.say("labels respelled")


def _lose_names(desk: Desk) -> None:
    for key in _fields(desk):
        del desk.book.names[key]
    desk.say("all names lost")


@kind(3)
def labels_shortened(desk: Desk) -> None:
    """Words left out; years written in full."""
    desk.unprotect()
    for sheet in (desk.first, desk.second):
        for key in desk.labels(sheet):
            _, cell = desk.label(sheet, key)
            if not isinstance(cell.value, str) or desk.chance.random() < 0.4:
                continue
            bare = cell.value.replace("\n", "")
            if bare in SHORTER:
                desk.relabel(sheet, key, desk.chance.choice(SHORTER[bare]))
            elif _again(bare) != bare:
                desk.relabel(sheet, key, _again(bare))
    if desk.chance.random() < 0.5:
        _lose_names(desk)
    desk.say("labels shortened")


def _place(desk: Desk) -> tuple[Sheet, str]:
    sheet = desk.chance.choice((desk.first, desk.second))
    return sheet, desk.pick(desk.labels(sheet))


@kind(2)
def a_label_overwritten(desk: Desk) -> None:
    """A text where a heading stood: it must not be lost, and what the heading named not either."""
    desk.unprotect()
    sheet, key = _place(desk)
    desk.relabel(sheet, key, texts.text(desk.chance), TYPED)
    if desk.chance.random() < 0.4:
        _lose_names(desk)
    desk.refusal_ok = True
    desk.say(f"{key} of {sheet.name} overwritten")


@kind(1)
def labels_cleared(desk: Desk) -> None:
    """A few headings deleted; a person still knows the paper."""
    desk.unprotect()
    for _ in range(desk.chance.randint(1, 4)):
        sheet, key = _place(desk)
        area, _ = desk.label(sheet, key)
        excel.clear(sheet, area)
    if desk.chance.random() < 0.4:
        _lose_names(desk)
    desk.refusal_ok = True
    desk.say("labels cleared")


@kind(1)
def an_answer_copied_over_a_label(desk: Desk) -> None:
    """Pasted one cell too far to the left or too high."""
    desk.unprotect()
    name = desk.pick(desk.filled())
    sheet, area = desk.sheet(name), desk.area(name)
    keys = [
        key
        for key in desk.labels(sheet)
        if desk.label(sheet, key)[0].right == area.left - 1
        or desk.label(sheet, key)[0].bottom == area.top - 1
    ]
    key = desk.pick(keys)
    place, _ = desk.label(sheet, key)
    text = desk.text(name)
    desk.relabel(sheet, key, text, TYPED)
    if desk.chance.random() < 0.5:
        excel.clear(sheet, area)
    desk.refusal_ok = True
    desk.say(f"{name} pasted over the label at {place.a1}")


@kind(2)
def two_criteria_exchanged(desk: Desk) -> None:
    """The labels of two criteria typed in the other order: the paper says what is what."""
    desk.unprotect()
    first, second = desk.chance.sample(list(desk.setting.form.criteria), 2)
    places = desk.chart.places
    keys = [places[f"評価理由_{criterion}"][0] for criterion in (first, second)]
    _exchange(desk, desk.first, *keys)
    desk.refusal_ok = True  # only the labels contradict: to ask is fair
    desk.say(f"the labels {first} and {second} exchanged")


@kind(1)
def two_years_exchanged(desk: Desk) -> None:
    """The labels of two years of ② typed in the other order."""
    desk.unprotect()
    first, second = desk.chance.sample([str(year) for year in desk.setting.form.years], 2)
    keys = [desk.chart.places[f"課題_{year}"][0] for year in (first, second)]
    _exchange(desk, desk.second, *keys)
    desk.refusal_ok = True
    desk.say(f"the labels {first} and {second} of the issues exchanged")


def _exchange(desk: Desk, sheet: Sheet, first: str, second: str) -> None:
    (_, one), (_, other) = desk.label(sheet, first), desk.label(sheet, second)
    desk.relabel(sheet, first, str(other.value))
    desk.relabel(sheet, second, str(one.value))
    anchors = sheet.anchors
    anchors[first], anchors[second] = anchors[second], anchors[first]


@kind(1)
def columns_of_issues_exchanged(desk: Desk) -> None:
    """Problems under the right heading after both headings were typed the other way round."""
    desk.unprotect()
    keys = [desk.chart.places[f"{stem}_{desk.year}"][1] for stem in ("課題", "解決方法")]
    (_, one), (_, other) = (desk.label(desk.second, key) for key in keys)
    if one.value is None or other.value is None:
        raise UnfitError("no headings")
    _exchange_columns(desk, keys[0], keys[1])
    desk.refusal_ok = True
    desk.say("the headings of problems and solutions exchanged")


def _exchange_columns(desk: Desk, first: str, second: str) -> None:
    sheet = desk.second
    one, other = sheet.anchors[first].box, sheet.anchors[second].box
    text_one = sheet.cell(one.top, one.left).value
    text_other = sheet.cell(other.top, other.left).value
    desk.relabel(sheet, first, str(text_other))
    desk.relabel(sheet, second, str(text_one))
    sheet.anchors[first], sheet.anchors[second] = sheet.anchors[second], sheet.anchors[first]


@kind(1)
def number_and_title_in_one_cell(desk: Desk) -> None:
    """№7 and the item's name typed into one cell, as some papers print it."""
    desk.unprotect()
    number, name = desk.text("取組項目番号"), desk.text("取組項目")
    desk.put("取組項目番号", f"{number} {name}")
    desk.put("取組項目", None)
    desk.refusal_ok = True
    desk.say("number and name in one cell")


@kind(1)
def row_numbers_typed(desk: Desk) -> None:
    """①, ② typed over the formulas, in widths of one's own, or deleted."""
    desk.unprotect()
    for item in desk.setting.form.activities("取組番号"):
        area = desk.first.anchors[item.name].box
        cell = desk.first.cell(area.top, area.left)
        text = str(cell.value or "")
        if text:
            number = ord(text[0]) - ord("①") + 1
            text = desk.chance.choice((text, str(number), ""))
        desk.first.cells[area.top, area.left] = cell._replace(value=text or None, formula="")
    desk.say("row numbers typed")


@kind(1)
def years_in_every_row(desk: Desk) -> None:
    """The year's merged label split, the year typed in each of its rows."""
    desk.unprotect()
    form, sheet = desk.setting.form, desk.first
    for year in form.years:
        place = desk.area(f"取組予定_{year}_1")
        row, col = place.top, sheet.anchors[f"取組番号_{year}_1"].box.left - 1
        area = sheet.merged(row, col)
        cell = sheet.cell(area.top, area.left)
        if area.size[0] < 2 or cell.value in (None, ""):
            raise UnfitError("no merged label")
        excel.unmerge(sheet, area)
        for line in area.rows:
            sheet.cells[line, area.left] = cell
    if desk.chance.random() < 0.5:
        _lose_names(desk)
    desk.say("the year in every row")


@kind(1)
def all_labels_typed_by_hand(desk: Desk) -> None:
    """The form rebuilt: no names, no merged cells, labels in plain spelling."""
    desk.unprotect()
    for sheet in (desk.first, desk.second):
        for key in desk.labels(sheet):
            _, cell = desk.label(sheet, key)
            if isinstance(cell.value, str):
                desk.relabel(sheet, key, cell.value.replace("\n", ""))
        if desk.chance.random() < 0.7:
            sheet.merges.clear()
        for spot in [spot for spot in sheet.cells if spot[1] >= 28]:
            del sheet.cells[spot]
        for spot, cell in sheet.cells.items():
            sheet.cells[spot] = cell._replace(formula="")
    desk.book.names.clear()
    desk.say("the form rebuilt by hand")
