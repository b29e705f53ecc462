"""The second oracle: the sheets as LibreOffice prints them, read back from the PDF."""

from __future__ import annotations


def printable(book):
    raise NotImplementedError


def text_of(data):
    raise NotImplementedError


def compare(form, page):
    raise NotImplementedError
