"""A letter as a mail to be sent: a draft that a mail program opens, with its files attached.

Nothing is sent. The same letter gives the same bytes: a draft has neither date nor number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from workbook_tools.text import squeeze_lines
from workbook_tools.workspace import digest

_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_WORKBOOK = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")


def addresses(contact: str) -> list[Address]:
    """The mail addresses in a department's 連絡先, which may hold names and numbers too."""
    found = []
    for text in dict.fromkeys(_ADDRESS.findall(contact)):
        try:
            found.append(Address(addr_spec=text))
        except (HeaderParseError, ValueError, IndexError):  # ``a..b@example.jp``
            continue
    return found


def draft(
    to: Sequence[Address], subject: str, text: str, attached: Sequence[tuple[str, bytes]]
) -> bytes:
    """An .eml that opens as a mail not sent yet."""
    mail = EmailMessage(policy=SMTP)
    mail["X-Unsent"] = "1"
    mail["To"] = tuple(to)
    mail["Subject"] = squeeze_lines(subject)
    mail.set_content(text, cte="base64")
    kind, ending = _WORKBOOK
    for name, data in attached:
        mail.add_attachment(data, kind, ending, filename=name)
    if attached:
        content = "".join([text, *(digest(data) for _, data in attached)])
        mail.set_boundary(f"=_{digest(content.encode())[:40]}")
    return mail.as_bytes()
