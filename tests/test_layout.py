"""The declared form: every field of the contract, nothing on top of anything else, room enough."""

from __future__ import annotations

import pytest

from workbook_tools.era import FiscalYear
from workbook_tools.form import layout
from workbook_tools.form.layout import Kind, form_of, open_lines
from workbook_tools.plan.read_master import sample
from workbook_tools.text import lines

PLAN = sample()
FORM = form_of(PLAN)
R3 = FiscalYear.parse("R3")
YEARS = ["R2", "R3", "R4", "R5", "R6"]

# As the contract lists them, spelled out: renaming a field must break this test.
CONTRACT = {
    *["項目番号", "取組項目番号", "取組項目", "実践項目", "担当部署", "確認年度", "様式版"],
    *[
        "テーマ_財政",
        "テーマ_サービス",
        "テーマ_協働",
        "テーマ_施設",
        "テーマ_民活",
        "テーマ_ICT",
        "テーマ_人材",
    ],
    *(f"工程_{row}_{year}" for row in ("当初", "変更", "状況") for year in YEARS),
    *(
        f"取組{part}_{year}_{n}"
        for part in ("予定", "結果", "番号")
        for year in YEARS
        for n in (1, 2, 3)
    ),
    *(
        f"{name}_{year}"
        for name in ("進捗度", "連携度", "効率性", "創造性", "合計", "総合評価")
        for year in YEARS
    ),
    *(f"評価理由_{name}" for name in ("進捗度", "連携度", "効率性", "創造性", "総合評価")),
    *["取組終了_年", "取組終了_月", "特記事項", "特記すべき事項"],
    *(f"{name}_{year}" for name in ("課題", "解決方法") for year in YEARS),
}


def test_every_field_of_the_contract_is_declared_once() -> None:
    names = [field.name for field in FORM.fields]
    assert sorted(names) == sorted(CONTRACT)


def test_no_two_cells_overlap() -> None:
    taken: dict[tuple[int, int, int], str] = {}
    printed = [*FORM.fields, *FORM.labels]
    for cell in printed:
        area = cell.area
        for row in range(area.row, area.last_row + 1):
            for col in range(area.col, area.last_col + 1):
                spot = (cell.sheet, row, col)
                assert spot not in taken, (cell, taken[spot])
                taken[spot] = str(cell)


def test_the_printed_form_has_no_hole() -> None:
    for sheet in (0, 1):
        area = FORM.print_area(sheet)
        cells = [cell for cell in (*FORM.fields, *FORM.labels) if cell.sheet == sheet]
        inside = [cell for cell in cells if cell.area.col < layout.COLUMNS]
        assert sum(cell.area.rows * cell.area.cols for cell in inside) == area.rows * area.cols


# The 95 % lengths of domain §5, in full-width characters.
USUAL = {
    "工程_当初": 19,
    "工程_変更": 19,
    "取組予定": 39,
    "取組結果": 120,
    "評価理由": 57,
    "課題": 86,
    "解決方法": 118,
    "特記事項": 243,
    "特記すべき事項": 169,
}
TEXTS = [
    field
    for field in FORM.fields
    if field.kind is Kind.TEXT
    and not (field.stem in ("取組結果", "解決方法") and field.year and field.year > R3)
]


@pytest.mark.parametrize("field", TEXTS, ids=lambda field: field.name)
def test_usual_lengths_fit_an_open_cell(field: layout.Field) -> None:
    length = USUAL.get(field.stem) or USUAL["評価理由"]
    text = "あ" * (length // 2) + "\n" + "あ" * (length - length // 2)
    spare = 1 if field.year == R3 and field.stem != "工程_当初" else 0
    assert lines(text, field.columns) + spare <= open_lines(field, R3)


@pytest.mark.parametrize(
    ("first", "last", "labels"), [("R2", "R6", 15), ("R4", "R9", 18), ("R5", "R5", 3)]
)
def test_periods_of_other_lengths(first: str, last: str, labels: int) -> None:
    years = tuple(
        FiscalYear(year)
        for year in range(FiscalYear.parse(first).western, FiscalYear.parse(last).western + 1)
    )
    form = layout.build(years, ("進捗度",), ("財政", "協働"))
    assert len(form.activities("取組番号")) == labels
    assert max(field.area.last_col for field in form.fields if field.name != "様式版") == 27
