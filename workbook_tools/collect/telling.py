"""What 確認結果 and the terminal say alike of a round: where findings stand, what to do next.

Pure, and light: `check` needs nothing that writes workbooks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook_tools.findings import Finding, Severity
from workbook_tools.register.records import State, Status

if TYPE_CHECKING:
    from workbook_tools.collect.collection import Collection
    from workbook_tools.form.layout import Form

# Warnings behind which a wrong value may stand: nobody would look for these in a long list.
DOUBTFUL = frozenset({"F008", "F009", "F015", "F017", "F018", "F019", "F020", "F021", "F025"})


def field_title(form: Form, finding: Finding) -> str:
    """What the field of a finding without cell is called; empty where there is nothing to say."""
    place = finding.place
    return form[place.field].title if not place.cell and place.field in form.names else ""


def spot(form: Form, finding: Finding) -> str:
    """``進捗状況シート①のF23``; without cell ``進捗状況シート①（実践項目の番号）``."""
    title = field_title(form, finding)
    return f"{finding.place.spot}（{title}）" if title else finding.place.spot


def sentence(form: Form, finding: Finding) -> str:
    """Spot, message and hint, for where the file is already named."""
    where = spot(form, finding)
    return f"{where}：{finding.message}{finding.hint}" if where else finding.message + finding.hint


def with_file(form: Form, finding: Finding) -> str:
    """The same where the file is not named yet."""
    file, where = finding.place.file, spot(form, finding)
    return f"{file}{'　' if where else '：'}{sentence(form, finding)}"


def doubtful(collection: Collection) -> list[Finding]:
    """The warnings that may mean a wrong value, practice by practice; without number last."""
    found = [
        finding
        for finding in collection.findings
        if finding.code in DOUBTFUL
        and finding.severity is Severity.WARNING
        and not _is_only_mended(collection, finding)
    ]
    return sorted(found, key=lambda finding: finding.place.item_no or 1_000_000)


def _is_only_mended(collection: Collection, finding: Finding) -> bool:
    """Several versions, of which one alone was without errors: it went back and was mended."""
    accepted = {
        version.sha256
        for version in collection.versions
        if version.practice_no == finding.place.item_no
        and version.status is Status.ACCEPTED
        and version.withdrawn is None
    }
    return finding.code == "F008" and len(accepted) == 1


def next_step(collection: Collection) -> str:
    """One sentence: what is to be done after a `collect`."""
    at = collection.year.option
    codes = {finding.code for finding in collection.findings}
    if "F002" in codes:
        return (
            "次は、保護されたブックのパスワードを部署に聞き、"
            f"workbook-tools collect {at} --password パスワード を実行してください。"
        )
    if not collection.files and all(known.newest is None for known in collection.practices):
        return "次は、戻ってきたファイルを inbox に置き、もう一度 collect を実行してください。"
    if collection.has_errors or collection.missing or collection.count(State.FAULTY):
        return (
            f"次は workbook-tools return {at} で、要修正のシートを返し、"
            "未提出の部署への督促文を作れます。"
        )
    listing = f"workbook-tools consolidate {at} で取組状況一覧を作れます。"
    if doubtful(collection):
        return (
            f"次は workbook-tools receipts {at} で読取内容確認票を作り、"
            f"読み取った内容を部署に確かめてもらってください。よければ {listing}"
        )
    return f"次は {listing}"
