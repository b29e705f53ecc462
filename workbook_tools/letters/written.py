"""A folder of letters and workbooks, kept in step with what is due."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from workbook_tools.letters.only import EVERYTHING, Only
from workbook_tools.outbox import Outcome, put_unless_edited, remove_if_empty, take_away
from workbook_tools.register.database import Register
from workbook_tools.workspace import Workspace, digest


@dataclass(frozen=True, slots=True)
class Written:
    """One file of the outbox, relative to the workspace, and what was done about it."""

    path: str
    outcome: Outcome


def noted(register: Register, name: str) -> dict[str, str]:
    """What was written last of an output, by the register: digests by path."""
    known: dict[str, str] = json.loads(register.output_state(name) or "{}")
    return known


def write_files(
    register: Register,
    workspace: Workspace,
    name: str,
    folder: Path,
    files: Mapping[str, bytes],
    *,
    only: Only = EVERYTHING,
    force: bool,
) -> list[Written]:
    """Bring the folder in step with what is due, and note it under the output's ``name``.

    Where ``only`` some are meant, the files of others stay as they are.
    """
    before = noted(register, name)
    written, after = _put_all(workspace, folder, files, only.among(before, files), force)
    state = before | after if only.some else after
    register.note_output(name, json.dumps(state, ensure_ascii=False, sort_keys=True))
    return written


def _put_all(
    workspace: Workspace,
    folder: Path,
    files: Mapping[str, bytes],
    before: Mapping[str, str],
    force: bool,
) -> tuple[list[Written], dict[str, str]]:
    """Put the files in place and take away what is no longer due; what was written, by digest."""
    written: list[Written] = []
    after: dict[str, str] = {}
    for name, data in files.items():
        path = folder / name
        outcome = put_unless_edited(path, data, before.get(name), force=force)
        written.append(Written(workspace.relative(path), outcome))
        if outcome is not Outcome.EDITED:
            after[name] = digest(data)
        elif name in before:
            after[name] = before[name]
    for name, sha256 in before.items():
        path = folder / name
        if name in files or not path.is_file():
            continue
        outcome = take_away(path, sha256)
        if outcome is Outcome.EDITED:
            after[name] = sha256
        elif path.parent != folder:
            remove_if_empty(path.parent)
        written.append(Written(workspace.relative(path), outcome))
    return written, after
