"""意見書原稿: the prose of the 意見書 as rows that the secretariat edits and no later run touches.

Like 意見集約: a later run adds rows that are missing and renews what is ours (how a row is printed
today, the placeholders, the notes); 採用文, 掲載, 順 and 下書き stay as they were left. A new year
begins with last year's fixed paragraphs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from workbook_tools.excel.edited_list import EditedList, Value
from workbook_tools.excel.write.book import Book
from workbook_tools.excel.write.list_sheet import Column, write
from workbook_tools.findings import UserError
from workbook_tools.report.drafts import CHAPTERS, FIXED, UNCHECKED, ParagraphDraft
from workbook_tools.report.terms import Piece, Term, filled, plain
from workbook_tools.report.typed_numbers import strange
from workbook_tools.text import MARK, is_blank, is_marked, key, tidy

SHEET, TERMS, NOTES = "原稿", "差し込み", "確認"
CHAPTER, NAME, KIND, DRAFT = "章", "段落", "区分", "下書き"
ADOPTED, SHOWN, ORDER, TODAY = "採用文", "掲載", "順", "印刷される文"
_COLUMNS = (
    Column(CHAPTER, 110),
    Column(NAME, 90),
    Column(KIND, 50, "center"),
    Column(DRAFT, 330),
    Column(ADOPTED, 330),
    Column(SHOWN, 50, "center"),
    Column(ORDER, 45, "center"),
    Column(TODAY, 330),
)
_TERM_COLUMNS = (Column("書き方", 150), Column("今の内容", 420), Column("意味", 330))
_NOTE_COLUMNS = (Column("確かめてほしいこと", 900),)
_WANTED = tuple(column.heading for column in _COLUMNS if column.heading != TODAY)
_TOP = 3  # the first row below the headings
_HOW = (
    "採用文・掲載（○）・順は自由に直せます。採用文が空欄なら下書きを印刷します。"
    "次に作るときも、ここに書いた内容は変わりません。"
)


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph as it is printed: its name within the chapter, and its pieces."""

    name: str
    pieces: tuple[Piece, ...]

    @property
    def words(self) -> str:
        """What stands on the paper."""
        return plain(self.pieces)


@dataclass(frozen=True, slots=True)
class Manuscript:
    """The workbook, the texts to print by chapter in order, and what is to be looked at."""

    data: bytes
    chapters: Mapping[str, Sequence[Text]] = field(default_factory=dict)
    notes: Sequence[str] = ()

    def chapter(self, name: str) -> Sequence[Text]:
        """The paragraphs of a chapter; none where nothing is to be printed."""
        return self.chapters.get(name, ())

    def text(self, chapter: str, name: str) -> Text | None:
        """One paragraph by its name."""
        own = (text for text in self.chapter(chapter) if key(text.name) == key(name))
        return next(own, None)


@dataclass(frozen=True, slots=True)
class Setting:
    """What a manuscript is read against: the round's drafts, terms and all its numbers."""

    title: str
    drafts: Sequence[ParagraphDraft]
    terms: Mapping[str, Term]
    numbers: frozenset[str]
    years: frozenset[int]


def renewed(
    existing: bytes | None, file: str, setting: Setting, before: bytes | None = None
) -> Manuscript:
    """The manuscript as the secretariat left it, complete again; made where there is none.

    ``before`` is last year's. Raises UserError where ``existing`` cannot be read as one.
    """
    if existing is None:
        values = _begun(setting.drafts, _carried(before, setting.drafts) if before else [])
        rows = [_Row.of({name: str(row.get(name, "")) for name in _WANTED}) for row in values]
        notes = [*_notes(rows, setting)]
        data = _made(setting, values, rows, notes)
    else:
        listed = EditedList(existing, file, SHEET, _WANTED)
        added = _completed(listed, setting.drafts)
        rows = [_Row.of(row) for row in listed.rows]
        notes = [*added, *_notes(rows, setting)]
        data = _shown(listed.content(), file, rows, setting, notes)
    chapters = {chapter: _printed(rows, chapter, setting.terms) for chapter in CHAPTERS}
    return Manuscript(data, chapters, tuple(notes))


@dataclass(frozen=True, slots=True)
class _Row:
    """One row as it stands."""

    chapter: str
    name: str
    kind: str
    draft: str
    adopted: str
    shown: bool
    order: float

    @classmethod
    def of(cls, row: Mapping[str, str]) -> _Row:
        chapter = next((known for known in CHAPTERS if key(known) == key(row[CHAPTER])), None)
        return cls(
            tidy(row[CHAPTER]) if chapter is None else chapter,
            tidy(row[NAME]),
            tidy(row[KIND]),
            tidy(row[DRAFT]),
            tidy(row[ADOPTED]),
            is_marked(row[SHOWN]),
            _number(row[ORDER]),
        )

    @property
    def text(self) -> str:
        return self.draft if is_blank(self.adopted) else self.adopted

    @property
    def identity(self) -> tuple[str, str]:
        return key(self.chapter), key(self.name)

    @property
    def printed(self) -> bool:
        return self.shown and not is_blank(self.text)

    def today(self, terms: Mapping[str, Term]) -> str:
        """What is printed of it as things stand."""
        return plain(filled(self.text, terms)[0]) if self.printed else ""

    def notes(self, setting: Setting) -> Iterator[str]:
        """What is to be looked at in this row."""
        if not self.printed:
            return
        place = f"{self.chapter}　{self.name}："
        if self.chapter not in CHAPTERS:
            known = "、".join(CHAPTERS)
            yield f"{place}章の名前が違うため、印刷しません（章は{known}のどれかです）。"
            return
        pieces, unknown = filled(self.text, setting.terms)
        for placeholder in unknown:
            yield (
                f"{place}『{placeholder}』という差し込みはありません。"
                f"シート『{TERMS}』にある書き方に直してください。"
            )
        if self.chapter not in UNCHECKED and not is_blank(self.adopted):
            typed = "\n".join(piece for piece in pieces if isinstance(piece, str))
            for number in strange(typed, setting.numbers, setting.years):
                yield f"{place}『{number}』は、この年度のどの数値とも合いません。確かめてください。"


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("inf")


def _printed(rows: Iterable[_Row], chapter: str, terms: Mapping[str, Term]) -> list[Text]:
    own = [row for row in rows if row.chapter == chapter and row.printed]
    own.sort(key=lambda row: row.order)  # stable: rows of equal order stay as they stand
    return [Text(row.name, tuple(filled(row.text, terms)[0])) for row in own]


def _notes(rows: Sequence[_Row], setting: Setting) -> Iterator[str]:
    for row in rows:
        yield from row.notes(setting)
    yield from _doubled(rows)


def _doubled(rows: Iterable[_Row]) -> Iterator[str]:
    counts = Counter(row.identity for row in rows if row.printed)
    told = set()
    for row in rows:
        if row.printed and counts[row.identity] > 1 and row.identity not in told:
            told.add(row.identity)
            count = counts[row.identity]
            yield f"{row.chapter}　{row.name}：同じ段落の行が{count}つあり、すべて印刷します。"


def _completed(listed: EditedList, drafts: Sequence[ParagraphDraft]) -> list[str]:
    """Add the rows that are missing; what was added, in sentences."""
    known = {(key(row[CHAPTER]), key(row[NAME])) for row in listed.rows}
    told = []
    for values in _rows(drafts):
        if (key(str(values[CHAPTER])), key(str(values[NAME]))) not in known:
            listed.append(values)
            place = f"{values[CHAPTER]}　{values[NAME]}"
            told.append(
                f"{place}：行がなかったため、下書きを加えました（載せないときは掲載を空欄に）。"
            )
    return told


def _rows(drafts: Iterable[ParagraphDraft]) -> Iterator[dict[str, Value]]:
    counts: Counter[str] = Counter()
    for draft in drafts:
        counts[draft.chapter] += 1
        yield {
            CHAPTER: draft.chapter,
            NAME: draft.name,
            KIND: draft.kind,
            DRAFT: draft.text,
            ADOPTED: "",
            SHOWN: MARK,
            ORDER: counts[draft.chapter],
        }


def _carried(before: bytes, drafts: Sequence[ParagraphDraft]) -> list[_Row]:
    """Last year's fixed paragraphs, as far as they say something else than the draft."""
    own = {(key(draft.chapter), key(draft.name)): draft for draft in drafts}
    listed = EditedList(before, "前年度の意見書原稿", SHEET, _WANTED)
    fixed = [row for row in map(_Row.of, listed.rows) if row.kind == FIXED]
    return [
        row
        for row in fixed
        if row.identity not in own or row.text != own[row.identity].text or not row.shown
    ]


def _begun(drafts: Sequence[ParagraphDraft], carried: Sequence[_Row]) -> list[dict[str, Value]]:
    """The rows of a new manuscript; ``carried`` are rows of last year's."""
    rows = list(_rows(drafts))
    known = {(key(str(row[CHAPTER])), key(str(row[NAME]))): row for row in rows}
    for old in carried:
        row = known.get(old.identity)
        if row is None:
            order: Value = int(old.order) if old.order < 1000 else ""
            row = {CHAPTER: old.chapter, NAME: old.name, KIND: old.kind, DRAFT: "", ORDER: order}
            rows.append(row)
        row |= {ADOPTED: old.text, SHOWN: MARK if old.shown else ""}
    return rows


def _made(
    setting: Setting,
    values: Sequence[Mapping[str, Value]],
    rows: Sequence[_Row],
    notes: Sequence[str],
) -> bytes:
    """A new workbook."""
    book, terms = Book(setting.title), setting.terms
    cells = [
        [*(row.get(name, "") for name in _WANTED), known.today(terms)]
        for row, known in zip(values, rows, strict=True)
    ]
    write(book, SHEET, f"{setting.title}　意見書原稿", _COLUMNS, cells, _HOW)
    about = "採用文にこのとおり書くと、今の数値に置き換えて印刷します。"
    write(book, TERMS, f"{setting.title}　差し込める数値", _TERM_COLUMNS, _term_rows(terms), about)
    write(book, NOTES, f"{setting.title}　原稿の確認", _NOTE_COLUMNS, [[note] for note in notes])
    return book.bytes()


def _term_rows(terms: Mapping[str, Term]) -> list[list[Value]]:
    rows: list[list[Value]] = []
    for name, term in terms.items():
        rows.append([f"{{{name}}}", term.words, term.about])
        if term.share is not None:
            for form, about in (("超", "５％きざみで言葉に丸める"), ("約", "整数に丸める")):
                text = f"{{{name}:{form}}}"
                rows.append([text, plain(filled(text, terms)[0]), f"{term.about}（{about}）"])
    return rows


def _shown(
    existing: bytes, file: str, rows: Sequence[_Row], setting: Setting, notes: Sequence[str]
) -> bytes:
    """What is ours in the workbook, as of today; a column that somebody took out stays out."""
    try:
        listed = EditedList(existing, file, SHEET, (*_WANTED, TODAY))
    except UserError:
        listed = EditedList(existing, file, SHEET, _WANTED)
    else:
        for number, row in enumerate(rows):
            listed.set(number, TODAY, row.today(setting.terms))
    listed.renew(TERMS, _TOP, _term_rows(setting.terms))
    listed.renew(NOTES, _TOP, [[note] for note in notes])
    return listed.content()
