"""The story that `demo` tells: a screenful of Japanese, step by step as the secretariat goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from workbook_tools.collect.collection import Collection
from workbook_tools.council.collect import Council
from workbook_tools.era import FiscalYear
from workbook_tools.figures.compute import Figures, tenths
from workbook_tools.figures.headline import headline
from workbook_tools.findings import Finding, Severity
from workbook_tools.history.import_list import History
from workbook_tools.plan.model import Plan
from workbook_tools.register.records import State
from workbook_tools.workspace import Workspace

_WHAT = {"意見書": "意見書"}  # by the first word of a file's name; all else are lists


class Teller:
    """Tells the year in a screenful; keeps what was said."""

    def __init__(self, workspace: Workspace, say: Callable[[str], None]) -> None:
        self._workspace = workspace
        self._say = say
        self.lines: list[str] = []

    def _tell(self, *lines: str) -> None:
        for line in lines:
            self.lines.append(line)
            self._say(line)

    def planned(self, plan: Plan) -> None:
        """The plan master is in its place."""
        self._tell(
            f"見本の計画で、評価の１年を通します（{self._workspace.root}）",
            "１ 計画マスタを置く（init --sample）",
            f"　　{plan.city}　{plan.name}： {len(plan.themes)}テーマ、"
            f"{len(plan.items)}取組項目、{len(plan.practices)}実践項目",
        )

    def imported(self, year: FiscalYear, file: str, taken: History) -> None:
        """Last year's list was taken in."""
        grades = _counts(Counter(result.grade or "－" for result in taken.results))
        ended = sum(result.finished is not None for result in taken.results)
        self._tell(
            f"２ 前の年度の一覧を取り込む（import-history {file} --year {year}）",
            f"　　{len(taken.results)}件： {grades}、取組終了 {ended}件",
        )

    def distributed(self, year: FiscalYear, count: int, departments: set[str]) -> None:
        """The forms are ready to be sent."""
        self._tell(
            "３ 進捗状況シートを配る（distribute）",
            f"　　{len(departments)}部署に{count}件。templates/{year}/ の部署別のzipを送ります。",
        )

    def first(self, done: Collection, path: Path) -> None:
        """What came back at first: counts, faults, and what was read all the same."""
        self._tell("４ 戻ってきたシートを inbox/ に入れて読む（collect）", f"　　{_states(done)}")
        for file, errors in _faults(done):
            self._tell(
                f"　　要修正： {file}（誤り {len(errors)}件）", f"　　　{errors[0].sentence}"
            )
        odd = Counter(finding.code for finding in done.findings)
        by_labels = sum(form[2] == "labels" for file in done.files for form in file.forms)
        zipped = sum(".zip/" in file.file for file in done.files)
        self._tell(
            f"　　そのまま読めたもの： zipの中 {zipped}件、セルの名前が消えたブック {by_labels}件",
            f"　　差替え {odd['F008']}件は新しいほうを採用、"
            f"一時ファイル {odd['F004']}件は読み飛ばし",
            f"　　→ {self._workspace.relative(path)} を見て、誤りのあるシートを返します。",
        )

    def status(self, done: Collection) -> None:
        """Who is to be reminded."""
        missing = "、".join(
            f"{lead}（小№{'・'.join(map(str, numbers))}）"
            for lead, numbers in _by_department(done, State.MISSING).items()
        )
        self._tell(
            "５ 提出の状況を見る（status）",
            f"　　要修正 {len(_by_department(done, State.FAULTY))}部署、未提出： {missing}",
            "　　→ 未提出の部署に催促します。",
        )

    def second(self, done: Collection) -> None:
        """What came back after that."""
        self._tell(
            "６ 直したシートと催促した分が届き、もう一度読む（collect）",
            f"　　{_states(done)}（新しく読んだファイル {done.read_anew}件）",
        )

    def council(self, done: Council) -> None:
        """The members' scores and opinions."""
        means = [tally.mean for tally in done.tallies if tally.mean is not None]
        self._tell(
            "７ 審議会の評価と意見を集める（council distribute、council collect）",
            f"　　評価シート {len(done.returned)}件、意見 {done.added}件。"
            f"評価の平均 {tenths(min(means))}～{tenths(max(means))}",
        )

    def reported(self) -> None:
        """The report, its manuscript and its page are written."""
        self._tell("９ 意見書と、その文章を書く原稿を作る（report --html）")

    def consolidated(self, figures: Figures) -> None:
        """The headline figures of the list."""
        told = headline(figures)
        upper, share = "と".join(told.share.grades), tenths(told.share.now)
        before = _counts(told.grades_before or {})
        self._tell(
            "８ 審議会の一覧を作る（consolidate）",
            f"　　評価{told.evaluated}項目： {_counts(told.grades)}（{upper}で{share}％）。"
            f"前の年度は {before}",
        )

    def to_open(self, example: Path, checked: Path, outputs: Sequence[Path]) -> None:
        """Which files to open."""
        self._tell("開いてみるファイル（作業フォルダーの中）")
        shown = [(path, _WHAT.get(path.stem.partition("_")[0], "一覧")) for path in outputs]
        shown += [(checked, "確認結果"), (example, "記入されたシート（誤りのあるもの）")]
        self._tell(*(f"　　{self._workspace.relative(path)}　…{what}" for path, what in shown))


def _counts(grades: Mapping[str, int]) -> str:
    return " ".join(f"{grade} {grades[grade]}" for grade in sorted(grades) if grades[grade])


def _states(done: Collection) -> str:
    shown = [state for state in State if state is not State.OLDER or done.count(state)]
    counts = "　".join(f"{state.value} {done.count(state)}" for state in shown)
    return f"{len(done.practices)}項目： {counts}"


def _faults(done: Collection) -> Iterator[tuple[str, list[Finding]]]:
    """Files with errors, and these; in the order of the files."""
    by_file: dict[str, list[Finding]] = {}
    for finding in done.findings:
        if finding.severity is Severity.ERROR and finding.code != "X801":
            by_file.setdefault(finding.place.file.removeprefix("inbox/"), []).append(finding)
    yield from by_file.items()


def _by_department(done: Collection, state: State) -> dict[str, list[int]]:
    numbers: dict[str, list[int]] = {}
    for known in done.practices:
        if known.state is state:
            numbers.setdefault(known.practice.lead, []).append(known.practice.no)
    return numbers
