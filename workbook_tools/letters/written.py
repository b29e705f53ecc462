"""A folder of letters and workbooks, kept in step with what is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from workbook_tools.outbox import Outcome, put_unless_edited, remove_if_empty, take_away
from workbook_tools.workspace import Workspace, digest


@dataclass(frozen=True, slots=True)
class Written:
    """One file of the outbox, relative to the workspace, and what was done about it."""

    path: str
    outcome: Outcome


def write_files(
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
