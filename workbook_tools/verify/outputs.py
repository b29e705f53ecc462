"""The outputs of a round made again and compared: the same bytes, or at least the same cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import zip_longest

from workbook_tools import __version__
from workbook_tools.cells import cell_name
from workbook_tools.consolidate import appendix
from workbook_tools.consolidate import consolidate as stage
from workbook_tools.excel.read.book import UnreadableError, as_text, tables
from workbook_tools.findings import UserError
from workbook_tools.register import closings, ledger, written
from workbook_tools.register.database import Register
from workbook_tools.register.round import Round
from workbook_tools.register.written import WrittenOutput
from workbook_tools.workspace import digest, read

_MOST = 3  # differing cells that are named


def differences(held: Round) -> list[str]:
    """What of a round's outputs differs from what they are made of, in sentences."""
    with Register.open(held.workspace.register, write=False) as register:
        known = written.outputs(register, held.year)
        closing = closings.closed(register).get(held.year)
        record = closings.record(held.workspace, closing) if closing else None
    told: list[str] = []
    for output in known:
        told.extend(_differences(held, output))
    for name, sha256 in (record or {"outputs": {}})["outputs"].items():
        path = held.workspace.root / name
        if not path.is_file() or digest(read(path)) != sha256:
            kept = ledger.kept(held.workspace.archive, sha256)
            told.append(f"『{name}』は、確定したときのものと違います（控え『{kept}』）。")
    return told


def _differences(held: Round, output: WrittenOutput) -> Iterator[str]:
    """One output: what stands in the folder, what was written, what would be written now."""
    path = held.workspace.root / output.name
    if not path.is_file():
        yield f"『{output.name}』がありません。"
        return
    data = read(path)
    is_as_written = digest(data) == output.sha256
    if not is_as_written:
        yield f"『{output.name}』は、作ったあとで変わっています。"
    first, _, rest = path.stem.partition("_")
    make = _MAKERS.get((first, rest.partition("_")[2]))
    if make is None:
        return
    try:
        anew = make(replace(held, now=output.made_at))
    except UserError as error:
        yield f"『{output.name}』を作り直せません（{error}）"
        return
    cells = list(_cells_that_differ(data, anew)) if data != anew else []
    if cells:
        shown = "、".join(cells[:_MOST])
        yield (
            f"『{output.name}』を登録簿から作り直すと、{len(cells)}個のセルが違います（{shown}）。"
            "作ったあとで登録簿や意見集約が変わっていれば、作り直してください。"
        )
    elif data != anew and is_as_written and output.version == __version__:
        yield f"『{output.name}』を作り直すと、セルは同じですが、ファイルが違います。"


def _list(held: Round) -> bytes:
    return stage.workbook(stage.gather_contents(held))


def _appendix(held: Round) -> bytes:
    known = stage.gather_contents(held)
    return appendix.workbook(known.figures, known.answers, held.today)


def _own_list(held: Round) -> bytes:
    return stage.secretariats_workbook(stage.gather_contents(held))


# By the words around the round in their names. What is not here is only held against its hash.
_MAKERS: dict[tuple[str, str], Callable[[Round], bytes]] = {
    ("取組状況一覧", ""): _list,
    ("取組状況一覧", "事務局用"): _own_list,
    ("資料編", ""): _appendix,
}


def _cells_that_differ(written: bytes, anew: bytes) -> Iterator[str]:
    """``総括!B4『8』→『9』``, sheet by sheet."""
    try:
        ours = {table.sheet: table for table in tables(written)}
    except UnreadableError:
        yield "Ｅｘｃｅｌのブックとして読めません"
        return
    theirs = {table.sheet: table for table in tables(anew)}
    for sheet in dict.fromkeys((*ours, *theirs)):
        if sheet not in ours or sheet not in theirs:
            yield f"シート『{sheet}』"
            continue
        rows = zip_longest(ours[sheet].grid, theirs[sheet].grid, fillvalue=())
        for row, (left, right) in enumerate(rows):
            for col, (old, new) in enumerate(zip_longest(left, right, fillvalue="")):
                if old != new:
                    spot = f"{sheet}!{cell_name(row, col)}"
                    yield f"{spot}『{as_text(old)}』→『{as_text(new)}』"
