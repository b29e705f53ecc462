"""What the departments of the sample plan answer in `demo`: sentences of our own. Pure.

Every practice speaks in its own words: the sentences come from a stock (``data/demo_texts.json``),
chosen by its number and filled with its title, and refer to one another as people do.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from workbook_tools.form.layout import ON_PLAN, OVERALL, REVISED, field_name, reason_name
from workbook_tools.form.spec import Stem
from workbook_tools.plan import grading
from workbook_tools.plan.model import Plan, Practice
from workbook_tools.text import circled, wide_digits

Values = dict[str, str | int]
_SUFFIX = "への導入"  # "into what": such a title says nothing without its item's name


@cache
def stock(name: str) -> dict[str, Any]:
    """A file of the package's ``data`` folder."""
    text = resources.files("workbook_tools").joinpath(f"data/{name}.json").read_text("utf-8")
    return dict(json.loads(text))


def real_scores(plan: Plan) -> dict[int, dict[str, int]]:
    """The published scores of the sample plan's year: practice → criterion → score; R2 and R3."""
    names = [criterion.name for criterion in plan.criteria]
    rows: Mapping[str, list[int]] = stock("demo_scores")[str(plan.evaluated)]
    return {int(no): dict(zip(names, row, strict=True)) for no, row in rows.items()}


def answers(plan: Plan, practice: Practice, scores: Mapping[str, int], *, ends: bool) -> Values:
    """A complete form without any finding; ``ends`` where the practice ends in this year."""
    year = plan.evaluated
    voice = _Voice(plan, practice)
    activities = _activities(voice, plan, ends)
    voice.work = _work(activities, plan)
    topic = str(activities[field_name(Stem.PLAN, year, 1)]).partition("\n")[0]
    voice.work = (
        str(activities[field_name(Stem.PLAN, plan.years[0], 1)]) if "同" in topic else topic
    )
    ending: Values = {Stem.END_YEAR: year.number + 1, Stem.END_MONTH: 3} if ends else {}
    return {
        **_schedule(voice, plan, ends),
        **activities,
        **_evaluation(voice, plan, scores),
        **_issues(voice, plan, ends),
        **_remarks(voice),
        **ending,
    }


def _work(activities: Values, plan: Plan) -> str:
    """The year's main activity in words, where it is only "as ①" that of the plan's first row."""
    year = plan.evaluated
    plans = [str(activities[field_name(Stem.PLAN, when, 1)]) for when in (year, plan.years[0])]
    return plans["①" in plans[0]].partition("\n")[0]


class _Voice:
    """Speaks for one practice: takes sentences from the stocks and fills their gaps."""

    def __init__(self, plan: Plan, practice: Practice) -> None:
        self.no = practice.no
        self.stock = stock("demo_texts")
        self.work = ""  # what reasons call the year's main activity
        self._partner = next(iter(practice.partners), "関係課")
        self._topic = practice.title
        if practice.title.endswith(_SUFFIX):
            field = practice.title.removesuffix(_SUFFIX)
            self._topic = f"{plan.item(practice.item_no).name}（{field}）"
        self._said = self._pairs = 0

    def say(self, sentences: Sequence[str]) -> str:
        """The next sentence of a stock; another practice, or the next call, takes another one."""
        self._said += 1
        count = len(sentences)
        step = 1 + self.no // count  # so that practices that share one sentence differ in the next
        return self._fill(sentences[(self.no * 7 + self._said * step) % count])

    def pair(self, stock: str) -> tuple[str, str]:
        """Two texts that belong together: an activity and its result, a problem and its way out."""
        self._pairs += 1
        pairs = self.stock[stock]
        first, second = pairs[self._at(pairs, self._pairs)]
        return self._fill(first), self._fill(second)

    def again(self, stock: str) -> str:
        """The second text of the very first pair, with other numbers."""
        pairs = self.stock[stock]
        return self._fill(pairs[self._at(pairs, 1)][1])

    def _at(self, pairs: Sequence[object], count: int) -> int:
        return (self.no * 7 + count * 5 + self.no // 15) % len(pairs)

    def _fill(self, sentence: str) -> str:
        seed = self.no * 13 + self._said * 7 + self._pairs * 11
        numbers = {
            "n": 2 + seed % 5,
            "m": 21 + seed * 3 % 170,
            "p": 61 + seed % 33,
            "q": 6 + seed % 23,
            "month": 1 + seed % 12,
        }
        # Some departments type full-width digits, as people do.
        written = {
            name: wide_digits(number) if self.no % 4 == 1 else str(number)
            for name, number in numbers.items()
        }
        return sentence.format(topic=self._topic, partner=self._partner, plan=self.work, **written)


def _schedule(voice: _Voice, plan: Plan, ends: bool) -> Values:
    """工程表; one practice in nine revises its plan."""
    year = plan.evaluated
    stages = voice.stock["endings" if ends else "schedules"]
    chosen = stages[voice.no * 7 % len(stages)]
    values: Values = {
        field_name(Stem.ORIGINAL, when): stage
        for when, stage in zip(plan.years, chosen, strict=False)
    }
    for when in plan.years:
        if when <= year:
            values[field_name(Stem.STATUS, when)] = ON_PLAN
    if voice.no % 9 == 4 and not ends:
        values[field_name(Stem.STATUS, year)] = REVISED
        values[field_name(Stem.REVISION, year)] = voice.say(voice.stock["revised"])
        if voice.no % 2:
            values[field_name(Stem.REVISION, year + 1)] = "⇒"
    return values


def _activities(voice: _Voice, plan: Plan, ends: bool) -> Values:
    """取組内容: one or two rows of the past, one to three of this year, then what comes."""
    year = plan.evaluated
    no, values, label = voice.no, Values(), 0
    for past in (when for when in plan.years if when < year):
        for n in range(1, 2 + (no % 4 == 0)):
            label += 1
            doing, result = voice.pair("activities")
            values[field_name(Stem.PLAN, past, n)] = doing
            values[field_name(Stem.RESULT, past, n)] = f"(新){result}"
    first = label + 1
    for n in range(1, 2 + no % 2 + (no % 7 == 0)):
        label += 1
        doing, result = _row(voice, n)
        values[field_name(Stem.PLAN, year, n)] = doing
        values[field_name(Stem.RESULT, year, n)] = result
    if ends:
        values[field_name(Stem.PLAN, year, 1)] += "\n（取組終了）"  # type: ignore[operator]
        return values
    for ahead in (when for when in plan.years if when > year):
        name = field_name(Stem.PLAN, ahead, 1)
        values[name] = _ahead(voice, first, label) if ahead == year + 1 else ""
        if ahead > year + 1:
            values[name] = f"{circled(label)}と同じ"
        label += 1
    return values


def _row(voice: _Voice, n: int) -> tuple[str, str]:
    """One row of this year: plan and result, with the marks and references people write."""
    doing, result = voice.pair("activities")
    mark = "(新)" if n == 1 else "(継)"
    if n == 1 and voice.no % 6 == 2:
        doing, result, mark = "①と同じ", voice.again("activities"), "（継）"
    if n == 1 and voice.no % 10 == 6:
        result = f"{result}\n(継){voice.pair('activities')[1]}"
    elif n == 1 and voice.no % 4 == 3:
        result = f"{result}\n{voice.say(voice.stock['more_results'])}"
    if n == 2 and voice.no % 8 == 3:
        result = "同上"
    return doing, mark + result


def _ahead(voice: _Voice, first: int, last: int) -> str:
    """Next year's plan: words, or a reference to this year's rows ``first`` … ``last``."""
    spellings = (
        f"{circled(first)}と同じ",
        f"({first})と同じ",
        f"{circled(first)}に同じ",
        f"{circled(first)}と同じ（対象を拡大）",
        f"{circled(first)}～{circled(last)}と同じ" if last > first else f"{circled(first)}と同様",
    )
    if voice.no % 6 < len(spellings):
        return spellings[voice.no % 6]
    return voice.say(voice.stock["ahead"])


def _evaluation(voice: _Voice, plan: Plan, scores: Mapping[str, int]) -> Values:
    """The real scores, and reasons that fit them."""
    year = plan.evaluated
    values = Values()
    for name, score in scores.items():
        wide = voice.no % 7 == 2
        values[field_name(name, year)] = wide_digits(score) if wide else score
        values[reason_name(name)] = voice.say(voice.stock["reasons"][name][str(score)])
    grade = grading.grade(plan.grades, scores)
    values[reason_name(OVERALL)] = voice.say(voice.stock["overall"][grade])
    return values


def _issues(voice: _Voice, plan: Plan, ends: bool) -> Values:
    """課題 and 解決方法: of the past, of this year (often "as last year"), and what is feared."""
    year = plan.evaluated
    past = plan.years[0]
    problem, solution = voice.pair("issues")
    values: Values = {
        field_name(Stem.ISSUE, past): problem,
        field_name(Stem.SOLUTION, past): solution,
    }
    problem, solution = voice.pair("issues")
    if voice.no % 11 == 5:
        problem, solution = "特になし", ""
    elif voice.no % 4 == 1:
        problem = solution = f"{past.wide}と同じ"
    elif voice.no % 4 == 2:
        more, way = voice.pair("more_issues")
        problem, solution = f"・{past.wide}と同じ\n・{more}", f"・{past.wide}と同じ\n・{way}"
    elif voice.no % 4 == 3:
        problem, solution = f"{past.long}と同じ", f"{past}と同じ"
    values |= {field_name(Stem.ISSUE, year): problem, field_name(Stem.SOLUTION, year): solution}
    if not ends and year + 1 in plan.years:
        same = (year.wide, str(year))[voice.no % 2]
        refers = voice.no % 3 and problem != "特になし"
        ahead = f"{same}と同じ" if refers else voice.say(voice.stock["problems_ahead"])
        values[field_name(Stem.ISSUE, year + 1)] = ahead
    return values


def _remarks(voice: _Voice) -> Values:
    """特記事項, and what of it deserves notice; some leave that out."""
    first, second = voice.say(voice.stock["remarks"]), voice.say(voice.stock["remarks_more"])
    text = f"・{first}\n・{second}" if voice.no % 6 == 1 else first + second
    values: Values = {Stem.REMARKS: text}
    if voice.no % 13 == 6:
        values[Stem.HIGHLIGHTS] = "特になし"
    elif voice.no % 5 != 3:
        values[Stem.HIGHLIGHTS] = voice.say(voice.stock["highlights"])
    return values
