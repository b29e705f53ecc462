"""The handbook as one page: Markdown chapters to HTML that needs nothing from outside."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files

from markdown_it import MarkdownIt
from markdown_it.token import Token

from workbook_tools.handbook.symbols import symbols

TITLE = "workbook-tools の手引き"
CHAPTERS = (
    "first_year",
    "secretariat",
    "departments",
    "council",
    "symbols",
    "words",
    "domain",
    "contract",
    "developers",
)
HERE = files(__package__)


def chapter(name: str) -> str:
    """A chapter as Markdown; that of the finding codes is made from the catalogue."""
    text = HERE.joinpath(f"{name}.md").read_text("utf-8")
    return text.replace("{{symbols}}", symbols()) if name == "symbols" else text


def manual() -> str:
    """The whole handbook as HTML in UTF-8: the same text every time."""
    parts = [_read(name) for name in CHAPTERS]
    head = (
        '<!DOCTYPE html>\n<html lang="ja">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{TITLE}</title>\n<style>\n{HERE.joinpath('style.css').read_text('utf-8')}</style>"
        '\n</head>\n<body>\n<a class="skip" href="#main">本文へ</a>\n'
        f"<header><h1>{TITLE}</h1></header>\n"
    )
    return (
        head
        + _contents([heading for part in parts for heading in _headings(part)])
        + '<main id="main">\n'
        + "".join(_section(name, part) for name, part in zip(CHAPTERS, parts, strict=True))
        + "</main>\n</body>\n</html>\n"
    )


def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _read(name: str) -> list[Token]:
    """A chapter's tokens with everything the page adds: ids, levels, scopes, pictures, links."""
    tokens = _parser().parse(chapter(name))
    sections = 0
    for token in tokens:
        if token.type == "heading_open":
            level = int(token.tag[1])
            sections += level == 2
            if level <= 2:
                token.attrSet("id", name if level == 1 else f"{name}-{sections}")
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{int(token.tag[1]) + 1}"  # the page itself has the only h1
        elif token.type == "th_open":
            token.attrSet("scope", "col")
        for child in token.children or ():
            _at_home(child)
    return tokens


def _at_home(token: Token) -> None:
    """A picture becomes part of the page; a link to a chapter leads to its place on the page."""
    if token.type == "image":
        data = HERE.joinpath(str(token.attrGet("src"))).read_bytes()
        token.attrSet("src", f"data:image/png;base64,{base64.b64encode(data).decode()}")
    elif token.type == "link_open":
        target, _, section = str(token.attrGet("href")).partition(".md#")
        place = target.removesuffix(".md")
        token.attrSet("href", f"#{place}-{section}" if section else f"#{place}")


def _headings(tokens: Sequence[Token]) -> Iterator[tuple[str, str, str]]:
    """Tag, id and words of every heading that has an id."""
    for token, inline in itertools.pairwise(tokens):
        if token.type == "heading_open" and token.attrGet("id"):
            yield token.tag, str(token.attrGet("id")), inline.content.replace("`", "")


def _contents(headings: Sequence[tuple[str, str, str]]) -> str:
    lines = ['<nav aria-label="目次">\n<h2>目次</h2>\n<ul>\n']
    opened = ""
    for tag, place, words in headings:
        if tag == "h2":
            lines.append(opened)
        link = f'<li><a href="#{place}">{escape(words)}</a>'
        lines.append(f"{link}\n<ul>\n" if tag == "h2" else f"{link}</li>\n")
        opened = "</ul>\n</li>\n"
    return "".join([*lines, opened, "</ul>\n</nav>\n"])


def _section(name: str, tokens: list[Token]) -> str:
    parser = _parser()
    body = str(parser.renderer.render(tokens, parser.options, {}))
    wide = '<div class="wide" tabindex="0">'  # keys can scroll it
    body = body.replace("<table>", f"{wide}<table>").replace("</table>", "</table></div>")
    return f'<section class="{name}" aria-labelledby="{name}">\n{body}</section>\n'
