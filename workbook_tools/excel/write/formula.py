"""Small pieces of Excel formulas that several rooms write. Pure."""

from __future__ import annotations


def quoted(text: str) -> str:
    """A text constant: ``say "hi"`` → ``"say ""hi\"""``."""
    return '"' + text.replace('"', '""') + '"'
