"""Near misses: what is asked back, and its nearest clean twin that is not."""

from __future__ import annotations

import pytest

from workbook_tools.near import nearest, question
from workbook_tools.plan.read_master import sample

PLAN = sample()
DEPARTMENTS = [department.name for department in PLAN.departments]
TITLES = [practice.title for practice in PLAN.practices]
STATUSES = ["工程どおり", "工程見直し"]


@pytest.mark.parametrize(
    ("typed", "names", "meant"),
    [
        ("財政課", DEPARTMENTS, "（財）財政課"),
        ("（民）窓口サービスか", DEPARTMENTS, "（民）窓口サービス課"),
        ("行政監理", DEPARTMENTS, "（総）行政監理室"),
        ("税務課の窓口", DEPARTMENTS, None),
        ("宇宙局", DEPARTMENTS, None),
        ("広報課", DEPARTMENTS, "（政）秘書広報課"),
        ("福祉課", DEPARTMENTS, None),  # two departments have it: nobody knows which
        ("窓口", DEPARTMENTS, None),
        ("工程通り", STATUSES, "工程どおり"),
        ("工程見直す", STATUSES, "工程見直し"),
        ("完了", STATUSES, None),
        ("税務事務への導入", TITLES, "税務業務への導入"),
        ("水道管の改良工事における現況測量業務の民間委託", TITLES, PLAN.practice(44).title),
        ("別の取組", TITLES, None),
        ("", STATUSES, None),
        ("工程どおり", [], None),
    ],
)
def test_what_was_probably_meant(typed: str, names: list[str], meant: str | None) -> None:
    assert nearest(typed, names) == meant


def test_it_is_a_question() -> None:
    assert question("（財）財政課") == "『（財）財政課』のことですか。"
    assert question(None) == ""
