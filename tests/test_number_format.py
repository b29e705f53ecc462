"""What a cell shows under its number format: tables of values, and LibreOffice as a witness."""

from __future__ import annotations

import csv
import io
import re
import subprocess
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from tests import office
from workbook_tools.excel.read.book import open_book
from workbook_tools.excel.read.format_code import BUILT_IN
from workbook_tools.excel.read.number_format import displayed
from workbook_tools.excel.read.values import Value

DAY = 44563  # 2022-01-02, a Sunday

NUMBERS: list[tuple[Value, str, str]] = [
    (3.0, "General", "3"),
    (2.5, "General", "2.5"),
    (-3.0, "General", "-3"),
    (0.1 + 0.2, "General", "0.3"),
    (1 / 3, "General", "0.333333333"),
    (1234567.891234, "General", "1234567.891"),
    (123456789012.0, "General", "1.23457E+11"),
    (3.0, "@", "3"),
    (3.0, "0", "3"),
    (2.5, "0", "3"),
    (0.85, "0%", "85%"),
    (0.853, "0.0%", "85.3%"),
    (-3.0, "0", "-3"),
    (-3.0, "0;(0)", "(3)"),
    (1.005, "0.00", "1.01"),
    (0.5, "#", "1"),
    (0.0, "#", ""),
    (0.5, ".0", ".5"),
    (0.5, "#.##", ".5"),
    (1234567.0, '#,##0"円"', "1,234,567円"),
    (1234567.0, "#,##0円", "1,234,567円"),
    (1234567.0, '#,##0,"千円"', "1,235千円"),
    (5.0, "000", "005"),
    (1234.0, "0,000,000", "0,001,234"),
    (1231234.0, "000-0000", "123-1234"),
    (2.0, '0"点"', "2点"),
    (2.0, 'General"点"', "2点"),
    (2.0, "G/標準点", "2点"),
    (1.0, '"3"', "3"),
    (2.0, ";;;", ""),
    (2.0, ";;", ""),
    (-2.0, "0;", ""),
    (0.0, "0;-0;;@", ""),
    (0.0, '0;-0;"－"', "－"),
    (5.0, '"－";"－";"－";"－"', "－"),
    (2.0, "[Red]0", "2"),
    (2.0, "[赤]0;[青]-0", "2"),
    (120.0, '[>=100]"多";[<10]"少";0', "多"),
    (5.0, '[>=100]"多";[<10]"少";0', "少"),
    (50.0, '[>=100]"多";[<10]"少";0', "50"),
    (1234.0, "[$¥-411]#,##0", "¥1,234"),
    (1234.0, "¥#,##0", "¥1,234"),
    (7.0, "\\第0\\回", "第7回"),
    (1.5, "# ?/?", "1 1/2"),
    (0.25, "?/?", "1/4"),
    (2.0, "# ??/??", "2"),
    (0.3, "# ?/8", "2/8"),
    (12345.678, "0.00E+00", "1.23E+04"),
    (0.00012, "0.0E+0", "1.2E-4"),
    (99995.0, "0.0E+0", "1.0E+5"),
    (12345.0, "##0.0E+0", "12.3E+3"),
    (1234.0, '_ ¥* #,##0_ ;_ ¥* -#,##0_ ;_ ¥* "-"_ ;_ @_ ', "¥1,234"),
    (3.0, "[DBNum3]0", "３"),
    (True, "General", "TRUE"),
    (True, ";;;", ""),
]

DATES: list[tuple[Value, str, str]] = [
    (DAY, 'm"月"d"日"', "1月2日"),
    (date(2022, 1, 2), 'm"月"d"日"', "1月2日"),
    (DAY, "yyyy/mm/dd", "2022/01/02"),
    (DAY, "m/d/yy", "1/2/22"),
    (DAY, "d-mmm-yy", "2-Jan-22"),
    (DAY, '[$-411]ggge"年"m"月"d"日"', "令和4年1月2日"),
    (DAY, "[$-411]GGGE年MM月DD日", "令和4年01月02日"),
    (DAY, "ge.m.d", "R4.1.2"),
    (DAY, "ggee", "令04"),
    (date(2019, 5, 1), 'ggge"年"', "令和1年"),
    (date(2019, 5, 1), '[$-ja-JP-x-gannen]ggge"年"', "令和元年"),
    (date(2019, 4, 30), "ge", "H31"),
    (DAY, "m/d(aaa)", "1/2(日)"),
    (DAY, "aaaa", "日曜日"),
    (DAY, "dddd", "Sunday"),
    (datetime(2022, 1, 2, 18, 5), "yyyy/m/d h:mm", "2022/1/2 18:05"),
    (time(9, 5), "h:mm", "9:05"),
    (time(13, 5, 7), "h:mm:ss AM/PM", "1:05:07 PM"),
    (time(0, 5), "h:mm AM/PM", "12:05 AM"),
    (timedelta(hours=30, minutes=5), "[h]:mm", "30:05"),
    (timedelta(minutes=3), "[m]", "3"),
    (1 / 86400 * 61.5, "mm:ss.0", "01:01.5"),
    (time(9, 5), 'h"時"m"分"', "9時5分"),
    (1.0, "m/d", "1/1"),
    (DAY, "[$-F800]dddd, mmmm dd, yyyy", "2022年1月2日"),
    (DAY, "yyyy年m月", "2022年1月"),
]

TEXTS: list[tuple[Value, str, str]] = [
    (" 文 ", "General", " 文 "),
    (" 文 ", "@", " 文 "),
    ("文", "0.0%", "文"),
    ("文", ";;", "文"),
    ("文", ";;;", ""),
    ("文", '@"様"', "文様"),
    ("文", '0;0;0;"済"', "済"),
    ("文", '"－";"－";"－";"－"', "－"),
    ("文", "0;[Red]-0;0;@", "文"),
    ("", "@", ""),
]

UNKNOWN: list[tuple[Value, str]] = [
    (3.0, "[DBNum1]0"),
    (3.0, "0 kg"),
    (3.0, "xyz"),
    (-1.0, "m/d"),
    (0.0, "yyyy/m/d"),
    (60.0, "m/d"),
    (-5.0, "[<0]0;0"),
    (9e9, "yyyy"),
    (3.0, "[unknown]0"),
]


@pytest.mark.parametrize(("value", "code", "shown"), NUMBERS + DATES + TEXTS)
def test_what_a_format_shows(value: Value, code: str, shown: str) -> None:
    assert displayed(value, code) == shown


@pytest.mark.parametrize(("value", "code"), UNKNOWN)
def test_what_cannot_be_told(value: Value, code: str) -> None:
    assert displayed(value, code) is None


@pytest.mark.parametrize("code", BUILT_IN.values())
def test_built_in_formats_are_all_understood(code: str) -> None:
    assert displayed(44563.75, code)


def test_days_since_1904() -> None:
    assert displayed(DAY - 1462.0, 'ggge"年"', from_1904=True) == "令和4年"
    assert displayed(date(2022, 1, 2), 'ggge"年"', from_1904=True) == "令和4年"


@given(
    st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.text(), st.booleans()),
    st.text(alphabet='0#?.,%/;"\\_*[]@ymdhsgeaAMP<>=$-円E+ ', max_size=12),
)
def test_no_code_breaks_it(value: Value, code: str) -> None:
    displayed(value, code)


@office.needs_office
@pytest.mark.parametrize("kind", ["xls", "xlsx"])
def test_a_machines_own_date_is_japanese_whatever_program_saved_it(kind: str) -> None:
    """A LibreOffice set to English writes the built-in 14 out as ``m/d/yyyy``."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as written:
        sheet = written.add_worksheet()
        for at, number in enumerate((14, 22)):
            sheet.write_number(at, 0, DAY + 0.375, written.add_format({"num_format": number}))
    table = open_book(office.convert({"a": out.getvalue()}, kind)["a"]).table("Sheet1")
    assert [table.displayed(at, 0) for at in range(2)] == ["2022/1/2", "2022/1/2 9:00"]


# Where LibreOffice shows something else than Excel: General in a narrow column, the eras and days
# of a code that does not say that it is Japanese, Windows' own dates, and what Excel alone writes.
_ITS_OWN_WAY = re.compile(r"General|G/標準|DBNum3|mmm|dddd|aaa|AM/PM|F800|gannen|赤|^gg?ee?")


@office.needs_office
def test_libreoffice_shows_the_same(tmp_path: Path) -> None:
    known = [
        (float(value), code, shown)
        for value, code, shown in NUMBERS + DATES
        if isinstance(value, int | float)
        and not isinstance(value, bool)
        and not _ITS_OWN_WAY.search(code)
        and (value > 60 or "d" not in code)  # it counts the days before March 1900 otherwise
    ]
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as written:
        sheet = written.add_worksheet()
        for at, (value, code, _) in enumerate(known):
            sheet.write_number(at, 0, value, written.add_format({"num_format": code}))
    assert office.SOFFICE
    filters = "csv:Text - txt - csv (StarCalc):44,34,76,1,,1041,false,true"
    command = [office.SOFFICE, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless"]
    command += ["--convert-to", filters, "--outdir", str(tmp_path), str(tmp_path / "a.xlsx")]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    lines = list(csv.reader(io.StringIO((tmp_path / "a.csv").read_text(encoding="utf-8"))))
    shown_there = [line[0].strip() if line else "" for line in lines]
    differ = [
        (value, code, shown, there)
        for (value, code, shown), there in zip(known, shown_there, strict=True)
        if shown != there
    ]
    assert not differ
