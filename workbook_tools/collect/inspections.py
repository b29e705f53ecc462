"""検査一覧: on how many forms, files or practices each rule ran, and what it found (contract).

A rule that never ran must be as plain to see as one that found nothing. That a rule is there is not
declared here: rules of a form are those the verdict calls, by their names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from workbook_tools.collect.collection import Collection
from workbook_tools.findings import CATALOGUE, Finding, Severity
from workbook_tools.form.layout import Form, Kind, form_of
from workbook_tools.register.database import Register
from workbook_tools.register.records import Returned
from workbook_tools.register.round import Round
from workbook_tools.register.standing import newest
from workbook_tools.register.submissions import findings as findings_of
from workbook_tools.register.submissions import forms, readings
from workbook_tools.rules import check_form, waivers
from workbook_tools.rules.case import Rule


class Subject(StrEnum):
    """What a rule looks at, one by one."""

    FILE = "ファイル"
    FORM = "シート"
    PRACTICE = "実践項目"


@dataclass(frozen=True, slots=True)
class Inspection:
    """One code of the catalogue: on how many it ran, what it found, why it did not run at all."""

    code: str
    looks_for: str
    subject: Subject
    ran: int
    found: int
    waived: int
    reason: str = ""


# What stands in the catalogue for others: plan master, past lists, 評価シート, 特例.
_ELSEWHERE = "MHVE"
# Found by the reader, before there is a form: in every file, or in those that could be opened.
OPENING = ("F001", "F002", "F004", "F007")
OPENED = ("F003", "F005", "F006", "F024")
_MET_ANEW = ("F002", "F004")  # never kept: met again at each collect
# Found where files are compared with one another and with the plan.
VERSIONS = ("F008", "F025")
ALIKE, REPEATED, MISSING = "F009", "F021", "X801"
# These compare with what was sent out: where no form was noted as sent they are blind.
_NEED_SENT = ("F014", "R306")

NO_RULE = "実行していません。この検査をする規則がありません。"
NOTHING_THERE = "実行していません。検査の対象がありません。"
ALL_STOPPED = "実行していません。どのシートも、番号か年度が違うため、先の検査に進めませんでした。"
NOT_SENT = "実行していません。配布の記録がないため、配布した内容と比べられません。"


def inspections(register: Register, held: Round, collection: Collection) -> tuple[Inspection, ...]:
    """Every rule of returned forms, in the order of the catalogue.

    Counted are the versions whose findings 指摘一覧 shows: of every practice the newest.
    """
    counted = _Counted(register, held, collection)
    found: Counter[str] = Counter()
    waived: Counter[str] = Counter()
    for finding in collection.findings:
        (waived if waivers.is_waived(finding) else found)[finding.code] += 1
    return tuple(
        Inspection(code, looks_for(code), subject, ran, found[code], waived[code], reason)
        for code in CATALOGUE
        if code[0] not in _ELSEWHERE
        for subject, ran, reason in (counted.ran(code),)
    )


def looks_for(code: str) -> str:
    """In a few words what a rule looks for."""
    return _LOOKS_FOR.get(code) or CATALOGUE[code].message


def code_of(rule: Rule) -> str:
    """Rule and code are named alike: ``s101_score_missing`` → ``S101``."""
    return rule.__name__.partition("_")[0].upper()


class _Counted:
    """What there was to look at."""

    def __init__(self, register: Register, held: Round, collection: Collection) -> None:
        year = held.year
        form = form_of(held.plan)
        shown = _shown(forms(register, year), collection)
        findings: dict[int | None, list[Finding]] = {}
        for _, number, finding in findings_of(register, year):
            findings.setdefault(number, []).append(finding)
        stopping = _stopping()
        going = [
            known
            for known in shown
            if not any(_stops(form, found, stopping) for found in findings.get(known.id, ()))
        ]
        sent = register.distributed(year)
        self._shown, self._going = len(shown), len(going)
        self._sent = sum(known.practice_no in sent for known in going)
        self._alike = sum(bool(known.this_year) for known in newest(shown).values())
        self._received = len(newest(shown))
        self._due = len(collection.practices)
        arrived = [receipt for receipt in collection.receipts if receipt.withdrawn_at is None]
        self._arrived = len(arrived)
        names = {receipt.name for receipt in arrived}
        names |= {reading.file for reading in readings(register, year).values()}
        self._files, self._opened = _files(collection, names)
        self._first = {code_of(rule) for rule in check_form.IDENTITY}
        self._rules = {code_of(rule) for rule in check_form.RULES}

    def ran(self, code: str) -> tuple[Subject, int, str]:
        """What a rule looks at, on how many it ran, and why on none."""
        if code in OPENING:
            return Subject.FILE, self._files, _because(self._files)
        if code in OPENED:
            return Subject.FILE, self._opened, _because(self._opened)
        if code in VERSIONS:
            return Subject.PRACTICE, self._received, _because(self._received)
        if code == REPEATED:
            return Subject.FILE, self._arrived, _because(self._arrived)
        if code == MISSING:
            return Subject.PRACTICE, self._due, _because(self._due)
        if code == ALIKE:
            return Subject.FORM, self._alike, _because(self._alike)
        return Subject.FORM, *self._on_forms(code)

    def _on_forms(self, code: str) -> tuple[int, str]:
        if code not in self._rules:
            return 0, NO_RULE
        if code in self._first:
            return self._shown, _because(self._shown)
        if self._shown and not self._going:
            return 0, ALL_STOPPED
        if code in _NEED_SENT:
            return self._sent, _because(self._going) or ("" if self._sent else NOT_SENT)
        return self._going, _because(self._going)


def _because(count: int) -> str:
    return "" if count else NOTHING_THERE


def _shown(versions: Sequence[Returned], collection: Collection) -> list[Returned]:
    """The forms whose findings stand in the report, each once, however often it was sent."""
    last = {form.id for form in newest(versions).values()}
    present = {file.sha256 for file in collection.files}
    shown = {
        form.id: form
        for form in versions
        if form.id in last or (form.practice_no is None and form.sha256 in present)
    }
    return list(shown.values())


def _files(collection: Collection, known: Iterable[str]) -> tuple[int, int]:
    """How many files were met, and how many of them could be opened.

    Files that are not kept are not in ``known``, or are met anew each time (locked, temporary).
    """
    refused = {
        (finding.place.file, finding.code in _MET_ANEW)
        for finding in collection.findings
        if finding.code in OPENING
    }
    kept = set(known)
    met = len(collection.files) + sum(anew or file not in kept for file, anew in refused)
    return met, met - len(refused)


def _stopping() -> dict[str, bool]:
    """The codes of the rules of identity; True where no other rule has the same."""
    codes = Counter(code_of(rule) for rule in check_form.RULES)
    return {code_of(rule): codes[code_of(rule)] == 1 for rule in check_form.IDENTITY}


def _stops(form: Form, finding: Finding, stopping: Mapping[str, bool]) -> bool:
    """A rule of identity found an error, waived or not: the other rules were not asked.

    F020 is also said by rules that stop nothing; only answers a year off stand at a score.
    """
    if finding.code not in stopping:
        return False
    weights = (finding.severity, CATALOGUE[finding.code].severity)
    return (stopping[finding.code] and Severity.ERROR in weights) or _at_a_score(form, finding)


def _at_a_score(form: Form, finding: Finding) -> bool:
    field = finding.place.field or ""
    return field in form and form[field].kind is Kind.SCORE


_LOOKS_FOR = {
    "F001": "ブックとして開けるか",
    "F002": "パスワードで開けなくないか",
    "F003": "進捗状況シートが入っているか",
    "F004": "確認の対象でないファイルではないか",
    "F005": "マクロがないか",
    "F006": "ほかのファイルへのリンクがないか",
    "F007": "大きすぎないか",
    "F008": "違う内容で何度も提出されていないか",
    "F009": "ほかの実践項目とすべて同じ内容でないか",
    "F010": "今の様式か",
    "F011": "今回の年度のシートか",
    "F012": "計画にある番号か",
    "F013": "取組項目、実践項目、担当部署の名前が計画のとおりか",
    "F014": "過去の年度の内容が配布したときのままか",
    "F015": "動いたセルを、紙の上の位置で読み取っていないか",
    "F016": "どの欄のセルか決められるか",
    "F017": "欄の外に文字や図がないか",
    "F018": "取り消し線で消された文字がないか",
    "F019": "中身と見えているものが同じか",
    "F020": "ファイルの名前、文章、年度の列が、その実践項目のものか",
    "F021": "前の年度に受け取ったものと同じファイルでないか",
    "F022": "配布したときの番号と年度のままか",
    "F023": "欄の見出しかセルの名前が見つかるか",
    "F024": "シート②に、番号の合うシート①があるか",
    "F025": "前に届いたものと同じ内容が、別のファイルで届いていないか",
    "F026": "エラー値（#N/Aなど）が欄に残っていないか",
    "F027": "同じ番号のシートが、ブックにいくつも写されていないか",
    "S101": "評点があるか",
    "S102": "評点が範囲の中か",
    "S103": "評点が整数か",
    "S104": "まだ評価しない年度に評点がないか",
    "S106": "総合評価が評点のとおりか",
    "S107": "合計が評点のとおりか",
    "S108": "評価の理由があるか",
    "P201": "⇒の左に工程があるか",
    "P202": "工程の状況が選ばれているか",
    "P203": "工程見直しの年度に、変更後の工程があるか",
    "P204": "工程どおりの年度に、変更後の工程がないか",
    "R301": "『⑤と同じ』の番号の行があるか",
    "R302": "『…と同じ』の指す先に内容があるか",
    "R303": "『…と同じ』が互いに指し合っていないか",
    "R304": "『Ｒ２と同じ』の年度が計画期間の中か",
    "R305": "文の中に『⑤と同じ』のような言葉がないか",
    "R306": "『⑤と同じ』の指す行が、配布したときと同じか",
    "R307": "『…と同じ』の指す内容が、様式の右側にも表示されるか",
    "A401": "評価する年度の取組予定があるか",
    "A402": "取組予定に、取組結果があるか",
    "A403": "取組結果が(新)か(継)で始まるか",
    "A404": "取組結果に、取組予定があるか",
    "A405": "次の年度の取組予定があるか",
    "A406": "足された行に文字がないか",
    "A407": "『別紙のとおり』だけで済ませていないか",
    "C501": "取組終了の年と月が読めるか",
    "C502": "取組終了が評価する年度の中か",
    "C503": "取組終了と書かれているとき、年と月があるか",
    "K601": "課題があるか",
    "K602": "課題に、解決方法があるか",
    "K603": "特記事項があるか",
    "T701": "印刷で切れる長さでないか",
    "X801": "提出されているか",
}
