"""A command that mutates good forms and looks for what stops the tool: ``python -m tests.fuzz``.

Mutants are made of bytes, of zip members and of XML, and read in a worker process, so that even an
abort is seen. What ends in a traceback, a dead process, more than 300 MB or 5 seconds of CPU is
reported and kept in ``tests/seeds``, which the tests replay.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import random
import re
import select
import struct
import subprocess
import sys
import tempfile
import time
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

SEEDS = Path(__file__).parent / "seeds"
MOST_MB, MOST_SECONDS = 300, 5.0
_LARGEST_SEED = 60_000

Mutation = Callable[[random.Random, bytes], bytes]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one mutant; ``trouble`` is empty where all is well."""

    codes: tuple[str, ...]
    trouble: str
    seconds: float
    megabytes: int


# -- mutations ------------------------------------------------------------------------------------


def flip_bytes(chance: random.Random, data: bytes) -> bytes:
    """A few bytes become others."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 12)):
        changed[chance.randrange(len(changed))] = chance.choice(
            (0, 1, 0x7F, 0x80, 0xFF, 0x3C, 0x2E)
        )
    return bytes(changed)


def cut_or_move_bytes(chance: random.Random, data: bytes) -> bytes:
    """A piece is cut out, doubled, or everything behind it is gone."""
    a, b = sorted(chance.randrange(len(data)) for _ in range(2))
    piece = data[a : min(b, a + 2000)]
    return chance.choice(
        (data[:a], data[:a] + data[b:], data[:a] + piece + data[a:], data[a:], data[:b] + piece)
    )


def words(chance: random.Random, data: bytes) -> bytes:
    """Two or four bytes become an extreme number: sizes, counts, offsets."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(changed) - 4)
        number = chance.choice((0, 1, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, chance.getrandbits(32)))
        size = chance.choice((2, 4))
        changed[at : at + size] = struct.pack("<I", number)[:size]
    return bytes(changed)


def members(chance: random.Random, data: bytes) -> bytes:
    """Members of the zip are dropped, exchanged, cut, doubled or renamed."""
    parts = list(_parts(data).items())
    at, other = chance.randrange(len(parts)), chance.randrange(len(parts))
    name, content = parts[at]
    match chance.randrange(6):
        case 0:
            del parts[at]
        case 1:
            parts[at], parts[other] = (name, parts[other][1]), (parts[other][0], content)
        case 2:
            parts[at] = (name, content[: chance.randrange(len(content) + 1)])
        case 3:
            parts.append((name, parts[other][1]))
        case 4:
            names = (
                name.upper(),
                f"../{name}",
                f"/{name}",
                name.replace("/", "\\"),
                f"{name}\x1b[31m",
            )
            parts[at] = (chance.choice(names), content)
        case _:
            parts[at] = (name, flip_bytes(chance, content or b"x"))
    return _zipped(parts, chance.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED)))


def headers(chance: random.Random, data: bytes) -> bytes:
    """The zip's headers lie: sizes, CRC, method, flags, offsets."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 3)):
        signature = chance.choice((b"PK\3\4", b"PK\1\2", b"PK\5\6"))
        spots = [match.start() for match in re.finditer(re.escape(signature), data)]
        if spots:
            at = chance.choice(spots) + chance.randrange(4, 46)
            number = chance.choice((0, 1, 8, 0xFFFF, 0xFFFFFFFF, chance.getrandbits(32)))
            size = chance.choice((1, 2, 4))
            changed[at : at + size] = struct.pack("<I", number)[:size]
    return bytes(changed)


_PLACES = (
    b"XFD1048576",
    b"A0",
    b"A99999999999",
    b"ZZZZ1",
    b"1A",
    b"",
    b"a1",
    b"$A$1",
    b"A-1",
    b"AA1",
)
_NUMBERS = (
    b"-1",
    b"0",
    b"99999999",
    b"4294967296",
    b"1e309",
    b"NaN",
    b"-0",
    b"",
    b"1.5",
    b"x" * 50,
)
_TYPES = (b"s", b"str", b"inlineStr", b"b", b"e", b"d", b"n", b"zz", b"")


def xml(chance: random.Random, data: bytes) -> bytes:
    """Tags, attributes, places, types, numbers and texts of one XML part change."""
    parts = dict(_parts(data))
    name = chance.choice([part for part in parts if part.endswith((".xml", ".rels"))])
    for _ in range(chance.randint(1, 6)):
        if len(parts[name]) > 8:
            parts[name] = chance.choice(_XML)(chance, parts[name])
    return _zipped(list(parts.items()), zipfile.ZIP_DEFLATED)


def _replaced(pattern: bytes, values: tuple[bytes, ...]) -> Mutation:
    """One or all of what a pattern's group finds becomes one of these values."""

    def mutate(chance: random.Random, content: bytes) -> bytes:
        spots = [match.span(1) for match in re.finditer(pattern, content)]
        if not spots:
            return content
        value = chance.choice(values)
        if chance.random() < 0.1:  # everywhere
            pieces, last = [], 0
            for begin, end in spots:
                pieces += [content[last:begin], value]
                last = end
            return b"".join((*pieces, content[last:]))
        begin, end = chance.choice(spots)
        return content[:begin] + value + content[end:]

    return mutate


def _tags(chance: random.Random, content: bytes) -> bytes:
    """A tag goes, comes twice, moves, or gets another name or prefix."""
    tags = list(re.finditer(rb"<[^<>]*>", content))
    if not tags:
        return content
    spot, other = chance.choice(tags), chance.choice(tags)
    tag = spot.group()
    new = chance.choice(
        (
            b"",
            tag * 2,
            other.group(),
            re.sub(rb"^<(/?)", rb"<\1x:", tag),
            b"<!--" + tag + b"-->",
            b"<![CDATA[" + tag + b"]]>",
            b"<?" + tag[1:-1] + b"?>",
            tag[:-1],
            b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + tag,
            tag * chance.choice((100, 5000)),
        )
    )
    return content[: spot.start()] + new + content[spot.end() :]


_XML: tuple[Mutation, ...] = (
    _tags,
    _replaced(rb' r="([^"]*)"', _PLACES),
    _replaced(rb"( r=\"[^\"]*\")", (b"", b' r="A1" r="B2"', b" r='C3'")),
    _replaced(rb' t="([^"]*)"', _TYPES),
    _replaced(rb' s="([^"]*)"', _NUMBERS),
    _replaced(rb"<v>([^<]*)</v>", (*_NUMBERS, b"#SPILL!", b"&#x1b;", b"&lol;", b"\xff\xfe")),
    _replaced(rb'ref="([^"]*)"', (b"A1:XFD1048576", b"B2:A1", b"A1:", b":", *_PLACES)),
    _replaced(
        rb">([^<]{2,})<", (b"\x00", b"\x1b[31m", b"=1+1", "あ".encode() * 30_000, b"&#0;", b"1")
    ),
    _replaced(rb'(?:Target|name|id|Id|count|xmlns)="([^"]*)"', (b"", b"../../x", b"rId1", b"\x07")),
    _replaced(rb"repeated=\"(\d+)\"", (b"1048576", b"16384", b"0", b"-1", b"99999999999")),
    _replaced(rb'(?:value-type|value)="([^"]*)"', (b"date", b"string", b"x", *_NUMBERS)),
    flip_bytes,
    cut_or_move_bytes,
)


def records(chance: random.Random, data: bytes) -> bytes:
    """The records of an .xls: kinds, lengths, places and contents change."""
    begin = max(data.find(b"\x09\x08\x10\x00"), 0)
    changed, at, spots = bytearray(data), begin, []
    while at + 4 < len(data) and len(spots) < 20_000:
        spots.append(at)
        at += 4 + int(struct.unpack_from("<H", data, at + 2)[0])
    for _ in range(chance.randint(1, 6)):
        at = chance.choice(spots)
        number = chance.choice((0, 1, 0xFF, 0xFFFF, 0x7FFF, chance.getrandbits(16)))
        struct.pack_into("<H", changed, min(at + 2 * chance.randrange(8), len(changed) - 2), number)
    return bytes(changed)


_ZIP_KINDS: tuple[Mutation, ...] = (
    flip_bytes, cut_or_move_bytes, words, members, headers, xml, xml, xml, xml,
)  # fmt: skip
_OLE_KINDS: tuple[Mutation, ...] = (flip_bytes, cut_or_move_bytes, words, records, records)


def mutant(seed: int, bases: list[bytes]) -> tuple[str, bytes]:
    """The mutant of a number: always the same; its kind for the table of results."""
    chance = random.Random(seed)
    base = chance.choice(bases)
    kind = chance.choice(_OLE_KINDS if base.startswith(b"\xd0\xcf") else _ZIP_KINDS)
    return kind.__name__, kind(chance, base)


@cache
def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _zipped(parts: list[tuple[str, bytes]], kind: int) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", kind, compresslevel=1) as archive:
        warnings.simplefilter("ignore")  # doubled names are what we want
        for name, content in parts:
            info = zipfile.ZipInfo(name.replace("\0", ""))
            archive.writestr(info, content, kind)
    return out.getvalue()


# -- the worker -----------------------------------------------------------------------------------


def serve() -> None:
    """Read mutants from standard input, each behind its length; answer one line of JSON each."""
    from workbook_tools.form import layout
    from workbook_tools.intake import read_forms as intake
    from workbook_tools.plan import read_master as plan

    form = layout.form_of(plan.sample())
    while head := sys.stdin.buffer.read(4):
        data = sys.stdin.buffer.read(struct.unpack("<I", head)[0])
        begun, trouble, codes = time.process_time(), "", []
        try:
            taken = intake.take_in(data, "x.xlsx", form, ("secret",))
            codes = [finding.code for finding in taken.findings] or ["read"]
            look_at(data)
        except BaseException as error:  # whatever comes out is a finding of ours
            import traceback

            last = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{Path(last.filename).name}:{last.lineno}"
            trouble = f"{type(error).__name__} at {place}: {str(error)[:100]}"
        answer = (codes, trouble, time.process_time() - begun, peak_memory())
        print(json.dumps(answer), flush=True)


def look_at(data: bytes) -> None:
    """Ask of every sheet how it looks."""
    from workbook_tools.excel.read.book import UnreadableError, open_book

    with suppress(UnreadableError):
        book = open_book(data, ("secret",))
        for sheet in book.tables(book.sheets[:20]):
            book.overlays(sheet.sheet)
            book.is_visible(sheet.sheet)
            if not sheet.is_plain or sheet.sheet == book.sheets[0]:
                for row, values in enumerate(sheet.grid[:60]):
                    for col in range(min(len(values), 60)):
                        sheet.struck(row, col)
                        sheet.displayed(row, col)
                        sheet.hides(row, col)
                        sheet.is_hidden(row, col)


def peak_memory() -> int:
    """The most megabytes this process ever held (Linux; ru_maxrss would count its parent's)."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


class Worker:
    """A process that reads mutants; started anew when it died."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the process)
        command = [sys.executable, "-c", "from tests.fuzz import serve; serve()"]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=Path(__file__).parent.parent,
        )

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()
        self._errors.close()

    def read(self, data: bytes) -> Outcome:
        """Have one mutant read."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(struct.pack("<I", len(data)) + data)
            self._process.stdin.flush()
            ready, _, _ = select.select([self._process.stdout], [], [], 12 * MOST_SECONDS)
            line = self._process.stdout.readline() if ready else b""
        except BrokenPipeError:
            ready, line = [1], b""
        if not line:
            how = f"process ended: {self._process.poll()}" if ready else "no answer"
            trouble = f"{how}: {self._said()}"
            self.close()
            self._start()
            return Outcome((), trouble, 0.0, 0)
        codes, trouble, seconds, megabytes = json.loads(line)
        said = self._said()
        if not trouble and said:
            trouble = f"printed: {said}"
        elif not trouble and seconds > MOST_SECONDS:
            trouble = f"slow: {seconds:.0f} s"
        elif not trouble and megabytes > MOST_MB:
            trouble = f"large: {megabytes} MB"
        if trouble:
            self.close()
            self._start()
        return Outcome(tuple(codes), trouble, seconds, megabytes)

    def _said(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").splitlines()
        return " ".join(lines[:3])[:200]


# -- the command ----------------------------------------------------------------------------------


def bases() -> list[bytes]:
    """Good forms and looks of every kind: as written, and as LibreOffice saves them."""
    from tests import office, samples, test_shown

    written = [samples.returned(16), test_shown.written(), test_shown.conditioned()]
    if not office.SOFFICE:
        return written
    books = {str(number): data for number, data in enumerate(written)}
    kinds = ("xlsx", "ods", "xls")
    return [*written, *(data for kind in kinds for data in office.convert(books, kind).values())]


def keep(data: bytes) -> None:
    """Keep a mutant for the tests, where it is small enough."""
    packed = gzip.compress(data, mtime=0)
    if len(packed) <= _LARGEST_SEED:
        SEEDS.mkdir(exist_ok=True)
        (SEEDS / f"{sha256(data).hexdigest()[:12]}.gz").write_bytes(packed)


def kept() -> dict[str, bytes]:
    """The mutants that once stopped the tool, by name."""
    return {path.stem: gzip.decompress(path.read_bytes()) for path in sorted(SEEDS.glob("*.gz"))}


def main() -> None:
    """Parse, mutate, report."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="how many mutants")
    parser.add_argument("--seed", type=int, default=0, help="number of the first mutant")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after")
    parser.add_argument("--dry", action="store_true", help="keep no seeds")
    wanted = parser.parse_args()
    worker, good = Worker(), bases()
    begun, slowest, largest = time.monotonic(), 0.0, 0
    table: Counter[tuple[str, str]] = Counter()
    troubles: Counter[str] = Counter()
    done = 0
    for number in range(wanted.seed, wanted.seed + wanted.count):
        if time.monotonic() - begun > wanted.seconds:
            break
        kind, data = mutant(number, good)
        outcome = worker.read(data)
        done += 1
        slowest, largest = max(slowest, outcome.seconds), max(largest, outcome.megabytes)
        table[kind, " ".join(sorted(set(outcome.codes))) or "trouble"] += 1
        if outcome.trouble:
            shape = re.sub(r"\d+", "0", outcome.trouble)
            troubles[shape] += 1
            if troubles[shape] == 1:
                print(f"{number} {kind}: {outcome.trouble}", flush=True)
                if not wanted.dry:
                    keep(data)
    worker.close()
    print(
        f"{done} mutants in {time.monotonic() - begun:.0f} s; slowest {slowest:.2f} s, {largest} MB"
    )
    for (kind, codes), times in sorted(table.items()):
        print(f"  {kind:18} {codes:12} {times:6}")
    for trouble, times in troubles.most_common():
        print(f"  {times:5} × {trouble}")
    sys.exit(bool(troubles))


if __name__ == "__main__":
    main()
