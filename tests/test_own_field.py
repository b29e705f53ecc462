"""One entry more in the form's spec: printed, filled in, read by name and by label, checked."""

from __future__ import annotations

import dataclasses
import io

import openpyxl
import pytest

from tests.samples import PLAN, returned
from workbook_tools.form import spec
from workbook_tools.form.layout import form_of
from workbook_tools.intake.read_forms import take_in
from workbook_tools.rules.case import Context
from workbook_tools.rules.check_form import check

OWN = spec.remark("市民の声", "【市民の声】", 4, "市民から寄せられた声を書きます。", asked=True)


@pytest.mark.parametrize("at", [0, 2], ids=["first", "last"])
@pytest.mark.parametrize("names", [True, False], ids=["names", "labels"])
def test_a_text_field_of_our_own(monkeypatch: pytest.MonkeyPatch, at: int, names: bool) -> None:
    remarks = [*spec.SPEC.remarks]
    remarks.insert(at, OWN)
    more = dataclasses.replace(spec.SPEC, remarks=tuple(remarks))
    monkeypatch.setattr(spec, "SPEC", more)
    plan = dataclasses.replace(PLAN, name="別の計画")  # planned and read anew
    book = openpyxl.load_workbook(io.BytesIO(returned(16, plan=plan, 市民の声="親切だった。")))
    if not names:
        book.defined_names.clear()
    written = io.BytesIO()
    book.save(written)
    (read,) = take_in(written.getvalue(), "No16.xlsx", form_of(plan)).submissions
    assert read.value("市民の声") == "親切だった。"
    assert check(read, Context(plan, None, {})) == []
