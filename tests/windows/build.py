"""``make windows``: the folder for a Windows PC without internet, as one zip.

Python as python.org publishes it for embedding, the wheels of ``wheels.txt`` and this package, each
checked by its sha256, and what is to be double-clicked. The same sources give the same bytes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from tests.windows.lock import FOR_WINDOWS, HERE, ROOT, WHEELS, download
from workbook_tools.zips import same_everywhere

ZIP = ROOT / "dist" / "workbook-tools-windows.zip"
TOP = "workbook-tools"
LIBRARIES = "python/Lib/site-packages"
_PYTHON = "cp313/"  # of several versions that the archive may hold
_PATHS = "python313.zip\n.\nLib\\site-packages\n"
# Of wheels: programs that only an installation starts, and the libraries' own tests (a third of
# all files, each of which a virus scanner looks at).
_NEEDLESS = ("scripts", "tests")


def build(path: Path) -> None:
    """Write the zip."""
    with tempfile.TemporaryDirectory() as folder:
        files = dict(_files(Path(folder)))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w+b") as target:
        with ZipFile(target, "w") as archive:
            for name, content in sorted(files.items()):
                member = ZipInfo(f"{TOP}/{name}")
                member.compress_type = ZIP_DEFLATED
                archive.writestr(member, content)
        target.seek(0)
        made = same_everywhere(target.read())
        target.seek(0)
        target.write(made)


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Everything the folder holds, by name."""
    yield from _python(folder / "python")
    checked = (*FOR_WINDOWS, "--no-deps", "--require-hashes", "-r", str(WHEELS))
    for wheel in (*download(folder / "wheels", *checked), _own_wheel(folder / "own")):
        for name, content in _members(wheel).items():
            if not set(PurePosixPath(name).parts[1:-1]) & set(_NEEDLESS):
                yield f"{LIBRARIES}/{name}", content
    for path in (HERE / "folder").iterdir():
        yield path.name, _for_windows(path)


def _python(folder: Path) -> Iterator[tuple[str, bytes]]:
    source = ("--no-deps", "--no-binary=:all:", "--require-hashes", "-r", str(HERE / "python.txt"))
    (archive,) = download(folder, *source)
    with tarfile.open(archive) as packed:
        (name,) = (n for n in packed.getnames() if n.endswith("/data.zip"))
        inner = packed.extractfile(name)
        assert inner is not None
        (folder / "data.zip").write_bytes(inner.read())
    for name, content in _members(folder / "data.zip").items():
        if name.startswith(_PYTHON):
            yield f"python/{name.removeprefix(_PYTHON)}", content
    yield "python/python313._pth", _PATHS.encode()


def _own_wheel(folder: Path) -> Path:
    words = ("wheel", "-q", "--no-deps", "-w", str(folder), str(ROOT))
    fixed = {**os.environ, "SOURCE_DATE_EPOCH": "1585699200"}
    subprocess.run((sys.executable, "-m", "pip", *words), check=True, env=fixed)
    (wheel,) = folder.iterdir()
    return wheel


def _members(path: Path) -> Mapping[str, bytes]:
    with ZipFile(path) as archive:
        return {m.filename: archive.read(m) for m in archive.infolist() if not m.is_dir()}


def _for_windows(path: Path) -> bytes:
    """Lines end as Windows ends them; what people read says by its first bytes that it is UTF-8."""
    text = path.read_text("utf-8").replace("\n", "\r\n")
    return text.encode("utf-8-sig" if path.suffix == ".txt" else "ascii")


if __name__ == "__main__":
    build(ZIP)
    print(f"{ZIP.relative_to(ROOT)}: {ZIP.stat().st_size / 1e6:.0f} MB")
