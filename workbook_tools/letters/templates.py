"""Letters as templates that the secretariat may edit: plain texts with gaps like ``{部署}``.

Gaps are replaced one by one, never by ``str.format``: a template is a person's file and must not
reach into the program.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path

from workbook_tools.findings import UserError
from workbook_tools.outbox import put
from workbook_tools.text import squeeze_lines
from workbook_tools.workspace import digest, read

_GAP = re.compile(r"\{([^{}]*)\}")
# What earlier editions put into a workspace. Nobody edited it, so it is ours to renew.
_SHIPPED_BEFORE = frozenset(
    (
        "2efb46fa5319880c1f94fb97579dc9ad59d5e1dab5b29f03f3fabf7d416f91f2",
        "5e7ffe0cb59796b49a4067cde9ae30e6547f91e5b105a73253181d4dcb6da93a",
    )
)


def fill(template: str, name: str, facts: Mapping[str, str]) -> str:
    """The template with its gaps filled; what is filled in is never looked at again.

    Raises UserError with the template's name over an unknown gap or a brace that is none.
    """
    pieces = _GAP.split(template)
    for number, piece in enumerate(pieces):
        if number % 2:
            if piece.strip() not in facts:
                known = "".join(f"{{{gap}}}" for gap in facts)
                raise UserError(
                    f"『templates/{name}』の{{{squeeze_lines(piece)}}}は使えません。"
                    f"{known}のどれかにしてください。"
                )
            pieces[number] = facts[piece.strip()]
        elif "{" in piece or "}" in piece:
            brace = "{" if "{" in piece else "}"
            raise UserError(
                f"『templates/{name}』に、閉じていない『{brace}』があります。"
                "{部署}のように{ }で囲むか、消してください。"
            )
    return "".join(pieces)


def template(path: Path, default: str, gaps: Sequence[str]) -> tuple[Path, str]:
    """A template of the secretariat's, made from the shipped one where there is none yet.

    Raises UserError over a gap that is none of ``gaps``, before anything is sent.
    """
    if not path.exists() or digest(read(path)) in _SHIPPED_BEFORE:
        shipped = resources.files("workbook_tools") / "data" / default
        put(path, encoded(shipped.read_text(encoding="utf-8")))
    data = read(path)
    for encoding in ("utf-8-sig", "cp932"):  # older editors save Japanese as cp932
        try:
            text = data.decode(encoding).replace("\r\n", "\n")
        except UnicodeDecodeError:
            continue
        fill(text, path.name, dict.fromkeys(gaps, ""))
        return path, text
    raise UserError(f"『{path}』の文字を読めません。UTF-8で保存し直してください。")


def encoded(text: str) -> bytes:
    """UTF-8 with its mark and CRLF, so that Notepad shows it right."""
    return b"\xef\xbb\xbf" + text.replace("\r\n", "\n").replace("\n", "\r\n").encode(
        errors="replace"
    )
