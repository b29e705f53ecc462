"""Form and reader agree: what the form says while it is typed, and what ``check`` says of it later.

States of a form are made up from every accepted spelling, near misses and blanks of all kinds. The
formulas of each stand in a pair of sheets, LibreOffice calculates them, and every verdict and every
meaning shown is compared with that of the rules and of the reader. Run alone it prints all that
differs: ``python -m tests.test_agreement [COUNT] [SEED]``.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tests.office import convert, needs_office
from tests.test_checks import submission
from workbook_tools.cells import Area, cell_name
from workbook_tools.excel.write.book import UNSEEN, Book, FormulaCell
from workbook_tools.findings import Finding, Severity
from workbook_tools.form import layout, prefill
from workbook_tools.form.content import Content
from workbook_tools.form.layout import Field, Kind, form_of
from workbook_tools.form.live.checks import live_cells
from workbook_tools.form.references import Resolved, effective_schedule, is_arrow
from workbook_tools.form.spec import Stem
from workbook_tools.plan.model import Practice
from workbook_tools.plan.read_master import sample
from workbook_tools.register.records import Prefilled
from workbook_tools.rules.case import Context
from workbook_tools.rules.check_form import check
from workbook_tools.text import squeeze, tidy

PLAN = sample()
FORM = form_of(PLAN)
PRACTICE = PLAN.practice(16)
YEARS = FORM.years
R2, R3, R4 = YEARS[:3]
# A form without any finding: ①② in R2, ③④ in R3, ⑤ ⑥ ⑦ after.
COMPLETE: dict[str, str | int] = {
    "工程_当初_R2": "調査",
    **{f"工程_当初_{year}": "⇒" for year in YEARS[1:]},
    "工程_状況_R2": "工程どおり",
    "工程_状況_R3": "工程どおり",
    "取組予定_R2_1": "他市の調査",
    "取組結果_R2_1": "(新)二つの市に聞いた。",
    "取組予定_R2_2": "庁内協議",
    "取組結果_R2_2": "(新)四回ひらいた。",
    "取組予定_R3_1": "試験導入",
    "取組結果_R3_1": "(新)窓口一か所で始めた。",
    "取組予定_R3_2": "②と同じ",
    "取組結果_R3_2": "(継)三回ひらいた。",
    "取組予定_R4_1": "本格導入",
    "取組予定_R5_1": "⑤と同じ",
    "取組予定_R6_1": "⑥と同じ",
    **{f"{name}_{year}": 2 for name in FORM.criteria for year in ("R2", "R3")},
    **{field.name: "年度計画のとおり進んだ。" for field in FORM.reasons},
    "課題_R2": "人手が足りない。",
    "解決方法_R2": "応援を受ける。",
    "課題_R3": "Ｒ２と同じ",
    "解決方法_R3": "Ｒ２と同じ",
    "課題_R4": "特になし",
    "特記事項": "市民の評判がよい。",
}

# --- what people type, spelled in every way, and what only looks like it

NOTHING = [
    "",
    " ",
    "　",
    "\n",
    "\t",
    "\u00a0",
    "\u200b",
    "\u2003",
    "－",
    "―",
    "ー",
    "－－",
    "-",
    "・",
]
PLAIN = ["窓口の見直し", "職員の研修\n広報", "１と２", "同じ", "と同じ", "データの整理", "⑤"]
LABELS = [
    "①",
    "②",
    "③",
    "④",
    "⑤",
    "⑥",
    "⑦",
    "⑧",
    "⑮",
    "⑳",
    "(1)",
    "（３）",
    "⑷",
    "5",
    "２",
    "№1",
    "No.3",
    "第2",
    "4番",
    "(25)",
]
YEAR_NAMES = [
    "Ｒ２",
    "R3",
    "ｒ4",
    "令和２年度",
    "令和3年",
    "2021年度",
    "２０２２",
    "前年度",
    "昨年度",
    "前年",
    "R2年度",
    "３年度",
    "Ｒ９",
    "Ｒ１",
    "令和元年度",
    "2030年度",
    "平成30年度",
    "R7",
]
BETWEEN = [
    "、",
    "・",
    "及び",
    "と",
    ",",
    "並びに",
    "，",
    "/",
    "～",
    "〜",
    "から",
    "－",
    " 、 ",
    "、、",
]
SAME = [
    "と同じ",
    "に同じ",
    "と同様",
    "と同一",
    "と 同 じ",
    "と同じです",
    "に同様",
    "とおなじ",
    "と同じように進める",
    "と同じ場所",
]
ENDS = ["", "。", "．", "です", "　"]
NOTES = [
    "",
    "（対象を拡大）",
    "(一部)",
    " （注）",
    "（Ａ（Ｂ））",
    "（Ａ）（Ｂ）",
    "「Ａ」",
    "（",
    "（つづく",
]
BULLETS = ["", "・", "※", "－", "･ ", "●", "・・", "①", "１．"]
MARKS = ["", "(新)", "（継）", "【新】", "〔継〕", "(新規)", "（新)", "(仮称)"]
BESIDE = ["同上", "同左", "同 上", "同上の会議", "内容は同上", "同下"]
SENTENCES = [
    "昨年同様、二重投資を避ける。",
    "②の要領と同じ",
    "関係部署と同じ",
    "①同様",
    "Ｒ２の課題と同じ",
    "目標は①と同じ",
    "～①と同じ",
    "①～と同じ",
    "③～①と同じ",
    "①～③、⑤と同じ",
    "①～④と同じ",
]
MORE = [
    "",
    "",
    "",
    "\n・広報",
    "\n（取組終了）",
    "\n②と同じ",
    "\nＲ２と同じ",
    "\n\n",
    "\n関係部署と同じ",
]
ARROWS = ["⇒", "→", "=>", "->", "同左", "⇨ ", "⇒\n", "⇒⇒", "⇒ 実施", "＝＞", "←"]
STATUSES = [
    "工程どおり",
    "工程通り",
    "工\n程\n見\n直\nし",
    "見直し",
    "予定どおり",
    "順調",
    "工程見直す",
    "○",
    "工程どおり。",
]
SCORES: list[str | int] = [
    0,
    1,
    2,
    3,
    4,
    -1,
    12,
    "２",
    "3点",
    "２ポイント",
    "2.0",
    "2.5",
    "2.",
    "+1",
    "02",
    "200%",
    "1/2",
    "①",
    "よい",
    "－",
    "(2)",
    "２　",
    "1E0",
    "2てん",
    "-1",
    "３．０点",
    "2 0",
    "TRUE",
]
END_PARTS: list[str | int] = [
    3,
    4,
    5,
    "４",
    "令和４",
    "令和4年",
    "R4",
    "2022",
    "元",
    "来年",
    "",
    "－",
    12,
    13,
    0,
    "3月",
    "０３",
    "令和４年３月",
    "４年",
    "12月取組終了",
    "4.0",
]
PROBLEMS = [
    "特になし",
    "・特になし。",
    "（特になし）",
    "なし",
    "課題 なし",
    "特に無い",
    "該当なし",
    "特になしだが、今後は増える。",
    "無",
    "特になし（今のところ）",
]
ENDINGS = [
    "（取組終了）",
    "取組終了",
    "【取組終了】",
    "取 組 終 了",
    "研修\n（取組終了）",
    "取組を終了した。",
    "取組終了後の手順",
    "(取組終了済み)",
    "取り組み終了",
    "調査・取組終了",
]
RESULTS = [
    "(新)始めた。",
    "（継)続けた。",
    "・(新)始めた。",
    "令和３年度は\n(新)始めた。",
    "始めた。",
    "【継】続けた。",
    "①(新)始めた。",
    "(仮称)始めた。",
    "（新規）始めた。",
    "１．(継)続けた。",
    "＜新＞始めた。",
]


def reference(rng: random.Random, names: Sequence[str]) -> str:
    """A reference, or something like one."""
    count = rng.choice([1, 1, 1, 2, 2, 3, 4])
    target = rng.choice(names)
    for _ in range(count - 1):
        target += rng.choice(BETWEEN) + rng.choice(names)
    tail = rng.choice(SAME[:6] if rng.random() < 0.7 else SAME)
    return (
        rng.choice(MORE[:4] if rng.random() < 0.8 else ["広報\n", "関係部署と同じ\n"]).lstrip("\n")
        * (rng.random() < 0.15)
        + (rng.choice(BULLETS) if rng.random() < 0.3 else "")
        + (rng.choice(MARKS) if rng.random() < 0.3 else "")
        + target
        + tail
        + (rng.choice(ENDS) if rng.random() < 0.3 else "")
        + (rng.choice(NOTES) if rng.random() < 0.3 else "")
        + (rng.choice(MORE) if rng.random() < 0.3 else "")
    )


def long_text(rng: random.Random, field: Field) -> str:
    """A text about as long as its cell: full width, half width, with line breaks or without."""
    room = field.columns // 2 * layout.open_lines(field, R3)
    sign = rng.choice(["あ", "a", "あいa", "あ い"])
    text = sign * int(room * rng.uniform(0.6, 2.4) / len(sign))
    for _ in range(rng.choice([0, 0, 1, 2, 5])):
        at = rng.randrange(len(text))
        text = f"{text[:at]}\n{text[at:]}"
    return text + rng.choice(["", "", "\n", "　", "\n\n"])


def typed(rng: random.Random, field: Field) -> str | int:
    """Something a person might type or paste into a field."""
    if field.kind is Kind.SCORE:
        return rng.choice(SCORES)
    if field.kind in (Kind.END_YEAR, Kind.END_MONTH):
        return rng.choice(END_PARTS)
    if field.kind is Kind.STATUS:
        return rng.choice([*STATUSES, *NOTHING])
    kinds = [lambda: rng.choice(NOTHING), lambda: rng.choice(PLAIN), lambda: long_text(rng, field)]
    if field.stem in (Stem.ORIGINAL, Stem.REVISION):
        kinds += [lambda: rng.choice(ARROWS)] * 4 + [lambda: rng.choice(ENDINGS)]
    elif field.n:
        kinds += [lambda: reference(rng, LABELS)] * 5 + [lambda: reference(rng, YEAR_NAMES)]
        kinds += [lambda: rng.choice(MARKS[:4]) + rng.choice(BESIDE) + rng.choice(ENDS)] * 2
        kinds += [lambda: rng.choice(SENTENCES), lambda: rng.choice(ENDINGS)]
        if field.stem == Stem.RESULT:
            kinds += [lambda: rng.choice(RESULTS)] * 4
    elif field.year:
        kinds += [lambda: reference(rng, YEAR_NAMES)] * 5 + [lambda: reference(rng, LABELS)]
        kinds += [lambda: rng.choice(BESIDE) + rng.choice(ENDS), lambda: rng.choice(SENTENCES)]
        kinds += [lambda: rng.choice(PROBLEMS)] * 2
    return rng.choice(kinds)()


@dataclass(frozen=True)
class Sent:
    """A form as it was sent out, and what is remembered of that."""

    content: Content
    prefilled: Mapping[str, Prefilled]

    def is_open(self, field: Field) -> bool:
        return field.name in self.content.open

    @property
    def open(self) -> list[Field]:
        return [field for field in FORM.fields if self.is_open(field)]


def sent(known: prefill.Known, practice: Practice = PRACTICE) -> Sent:
    content = prefill.content(PLAN, practice, known)
    rows = prefill.remembered(FORM, content)
    return Sent(
        content,
        {
            name: Prefilled(name, text, "、".join(targets) or None, meant or None)
            for name, text, targets, meant in rows
        },
    )


# To a city that begins, and with the history of R2 and last year's plans.
TEXTS = {name: str(value) for name, value in COMPLETE.items() if "R3" not in name}
FIRST = sent(prefill.Known())
AGAIN = sent(
    prefill.Known(R2, {**TEXTS, "取組予定_R3_1": "試験導入"}, {R2: dict.fromkeys(FORM.criteria, 2)})
)
# A practice that begins in R3, whose rows are numbered from there: ①② in R3, ③ ④ ⑤ after.
LATER = sent(prefill.Known(), dataclasses.replace(PRACTICE, first_year=R3))
BEGUN = {
    **{name: value for name, value in COMPLETE.items() if "R2" not in name},
    **{field.name: "" for field in FORM.fields if field.year == R2},
    **LATER.content.values,
    **{"取組予定_R3_2": "庁内協議", "課題_R3": "人手が足りない。", "解決方法_R3": "応援。"},
    **{"工程_当初_R3": "調査", "取組予定_R5_1": "③と同じ", "取組予定_R6_1": "④と同じ"},
}
State = tuple[Sent, Mapping[str, str | int]]


def made_up(rng: random.Random, begun: bool = False) -> State:
    """A complete form with some of its fields typed anew."""
    form = LATER if begun else rng.choice([FIRST, AGAIN])
    values = dict(BEGUN if begun else COMPLETE)
    for field in rng.sample(form.open, rng.choice([1, 1, 2, 3, 5])):
        values[field.name] = typed(rng, field)
    return form, values


# What was found to differ before (defects.md, A8, A9, D1–D3), and each clean twin.
KNOWN: list[dict[str, str | int]] = [
    {"取組予定_R4_1": "⑤と同じ", "取組予定_R5_1": "⑤と同じ"},
    {"取組予定_R3_1": "④と同じ", "取組予定_R3_2": "③と同じ"},
    {"課題_R3": "Ｒ４と同じ", "課題_R4": "Ｒ３と同じ"},
    {"課題_R3": "Ｒ９と同じ"},
    {"評価理由_創造性": "－"},
    {"工程_状況_R3": "工程見直し", "工程_変更_R3": "－"},
    {"課題_R3": "－"},
    {"解決方法_R3": "－"},
    {"進捗度_R4": 2},
    {"進捗度_R4": "-", "連携度_R4": "－"},
    {"進捗度_R3": "200%"},
    {"取組予定_R3_3": "（取組終了）"},
    {"取組予定_R3_3": "（取組終了）", "取組終了_年": "令和4", "取組終了_月": "3月"},
    {"進捗度_R3": "2点", "連携度_R3": "２"},
    {"課題_R3": "課題 なし", "解決方法_R3": ""},
    {"課題_R3": "特になしだが、今後は増える。", "解決方法_R3": ""},
    {"取組結果_R3_1": "【新】始めた。", "取組結果_R3_2": "・(新)始めた。"},
    {"取組結果_R3_1": "令和３年度は\n〔継〕続けた。"},
    {"取組結果_R3_1": "(新)" + "a" * 276},
    {"取組予定_R4_1": "Ｒ３と同じ"},
    {"取組予定_R4_1": "前年度と同じ", "課題_R4": "昨年度と同じ", "課題_R5": "同上"},
    {
        "取組予定_R4_1": "③と同じ。",
        "取組予定_R4_2": "③と同じ\n・広報",
        "取組予定_R4_3": "④と同じ（拡大）",
    },
    {"取組予定_R4_1": "5と同じ", "取組予定_R3_3": "No.1と同じ", "取組結果_R3_3": "(新)始めた。"},
    {"取組予定_R4_1": "③～①と同じ"},
    {"取組予定_R4_1": "①～③と同じ"},
    {
        "取組予定_R2_3": "－",
        "取組予定_R3_3": "\u00a0",
        "取組予定_R4_1": "⑦と同じ",
        "取組予定_R6_1": "終わり",
    },
    {"工程_変更_R3": "再調査", "工程_状況_R3": "工程見直し"},
    {"工程_当初_R4": "", "工程_変更_R3": "再調査", "工程_状況_R3": "見直し", "工程_変更_R4": "⇒"},
    {"取組予定_R3_1": "", "取組予定_R3_2": "", "取組結果_R3_1": "", "取組結果_R3_2": ""},
    {"取組予定_R4_1": "", "取組予定_R5_1": "継続", "取組予定_R6_1": ""},
    {"取組終了_年": 4, "取組終了_月": 13},
    {"特記事項": "　"},
]


def states(count: int, seed: int) -> list[State]:
    """The known ones first, then made-up ones."""
    rng = random.Random(seed)
    known: list[State] = [
        (FIRST, COMPLETE),
        (FIRST, {}),
        (AGAIN, AGAIN.content.values),
        *((FIRST, {**COMPLETE, **changes}) for changes in KNOWN),
        (LATER, BEGUN),
        *((LATER, {**BEGUN, "取組予定_R4_1": f"{label}と同じ"}) for label in LABELS),
    ]
    others = [made_up(rng) for _ in range(count - len(known))]
    return [*known, *others, *(made_up(rng, begun=True) for _ in range(count // 6))]


# --- both sides


Place = tuple[int, int, int]  # sheet, row, column
_COUNT: Place = (0, layout.COUNT.row, layout.COUNT.col)
_MEANINGS: list[Place] = [
    (sheet, row, col)
    for sheet in (0, 1)
    for row in range(2, FORM.rows[sheet])
    for col in (layout.MEANING, layout.MEANING_2)
]
_MESSAGES: list[Place] = [
    (sheet, row, layout.CHECKS) for sheet in (0, 1) for row in range(2, FORM.rows[sheet])
]
_BOOK = 50  # states a workbook


@dataclass(frozen=True)
class Said:
    """What the form says: its count, all messages, and the meaning beside each field."""

    count: str
    messages: str
    meanings: Mapping[Place, str]


def said_by_the_form(all_states: Sequence[State]) -> list[Said]:
    """The live checks of all states as LibreOffice calculates them, in one process."""
    books = {
        f"{start:05}": _book(all_states[start : start + _BOOK])
        for start in range(0, len(all_states), _BOOK)
    }
    return [
        _said(row)
        for _, table in sorted(convert(books, "csv").items())
        for row in csv.reader(io.StringIO(table.decode()))
    ]


def _book(some: Sequence[State]) -> bytes:
    """A sheet that gathers what is said, and for every state ① and ② without any appearance."""
    book = Book()
    gathered = book.sheet("all")
    for number, (form, values) in enumerate(some):
        names = [f"{part}{number}" for part in "ab"]
        sheets = [book.sheet(name) for name in names]
        for field in FORM.fields:
            value = values.get(field.name, "")
            if value != "" and field.kind not in (Kind.LABEL, Kind.TOTAL, Kind.GRADE):
                sheets[field.sheet].value(_corner(field.area), value, *UNSEEN)
        for sheet, (cells, shown) in zip(
            sheets, live_cells(PLAN, values, form.is_open), strict=True
        ):
            there = [_moved(cell, names) for cell in cells]
            sheet.computed(
                there,
                ["?" if cell.formula else value for cell, value in zip(cells, shown, strict=True)],
            )
        for col, (number_of_sheet, *place) in enumerate((_COUNT, *_MESSAGES, *_MEANINGS)):
            there = f'={names[number_of_sheet]}!{cell_name(*place)}&""'
            gathered.formula(Area(number, col), there, "?", *UNSEEN)
    return book.bytes()


def _moved(cell: FormulaCell, names: Sequence[str]) -> FormulaCell:
    """The cell without any appearance, on sheets of other names."""
    formula = cell.formula
    for own, name in zip(layout.SHEETS, names, strict=True):
        formula = formula.replace(f"'{own}'!", f"{name}!")
    return replace(cell, area=_corner(cell.area), formula=formula, styles=UNSEEN)


def _corner(area: Area) -> Area:
    return Area(area.row, area.col)


def _said(row: Sequence[str]) -> Said:
    count, messages, meanings = row[0], row[1 : 1 + len(_MESSAGES)], row[1 + len(_MESSAGES) :]
    return Said(count, "".join(messages), dict(zip(_MEANINGS, meanings, strict=True)))


def disagreements(state: State, said: Said) -> Iterator[str]:
    """Where the form and the reader say different things of one state."""
    form, values = state
    read = submission(16, **{**_NONE, **values})
    findings = check(read, Context(PLAN, PRACTICE.lead, form.prefilled))
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    green = said.count == layout.COMPLETE
    told = " ".join(_brief(finding) for finding in findings)
    if green and errors:
        yield f"green, but {told}"
    if not green and not findings:
        yield f"not green, but nothing found: {said.count} {said.messages}"
    loud = [finding for finding in findings if finding.severity is not Severity.INFO]
    if green and loud and not errors:
        yield f"green with a warning: {told}"
    yield from _meanings(values, said, read.resolved)


_NONE = {
    field.name: ""
    for field in FORM.fields
    if field.kind is not Kind.FIXED and field.kind is not Kind.MARK
}


def _brief(finding: Finding) -> str:
    return f"{finding.code}({finding.place.field}={finding.value!r})"


def _meanings(
    values: Mapping[str, str | int], said: Said, resolved: Mapping[str, Resolved]
) -> Iterator[str]:
    """What stands beside a reference is what the list will publish."""
    columns = {
        Stem.PLAN: layout.MEANING,
        Stem.RESULT: layout.MEANING_2,
        Stem.ISSUE: layout.MEANING,
        Stem.SOLUTION: layout.MEANING_2,
    }
    for field in FORM.fields:
        if field.stem not in columns or (field.stem == Stem.RESULT and field.year > R3):
            continue
        cell = resolved[field.name]
        expected = cell.text if cell.chain and not cell.beyond else ""
        shown = said.meanings[field.sheet, field.area.row, columns[Stem(field.stem)]]
        if tidy(shown) != tidy(expected):
            yield f"{field.name}: shown {shown!r}, published {expected!r}"
    texts = {name: str(value) for name, value in values.items()}
    effective = effective_schedule(FORM, {name: answer.raw for name, answer in resolved.items()})
    for stem in (Stem.ORIGINAL, Stem.REVISION):
        fields = FORM.yearly(stem)
        shown = said.meanings[0, fields[0].area.row, layout.MEANING]
        expected = "".join(
            f"{field.year.wide}：{effective[field.year]}　"
            for field in fields
            if field.year
            and is_arrow(texts.get(field.name, ""))
            and (stem == Stem.REVISION or not resolved[f"{Stem.REVISION}_{field.year}"].raw)
        )
        if squeeze(shown) != squeeze(expected):
            yield f"{stem}: shown {shown!r}, in force {expected!r}"


def compared(count: int, seed: int) -> list[tuple[State, str]]:
    """All disagreements, each with its state."""
    every = states(count, seed)
    said = said_by_the_form(every)
    return [
        (state, words)
        for state, form in zip(every, said, strict=True)
        for words in disagreements(state, form)
    ]


@needs_office
def test_form_and_reader_agree() -> None:
    found = compared(600, 7)
    assert not [f"{_changes(state)}: {words}" for state, words in found]


def _changes(state: State) -> str:
    form, values = state
    changed = {name: value for name, value in values.items() if COMPLETE.get(name) != value}
    return f"{'first' if form is FIRST else 'again'} {changed}"


if __name__ == "__main__":
    count_, seed_ = (int(arg) for arg in (*sys.argv[1:], *("600", "7")[len(sys.argv) - 1 :]))
    different = compared(count_, seed_)
    for state_, words_ in different:
        print(_changes(state_), "\n   ", words_)
    print(len(different), "of", count_)
