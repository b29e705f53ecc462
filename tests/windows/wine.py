"""A Windows without Windows: wine, with what wine 8 lacks put in, in the tested copy only."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from tests.windows.build import LIBRARIES, TOP

_PLACES = os.pathsep.join(("/usr/lib/wine", os.environ.get("PATH", "")))
WINE = shutil.which("wine64", path=_PLACES)
SERVER = shutil.which("wineserver64", path=_PLACES)
COMPILER = shutil.which("x86_64-w64-mingw32-gcc")
LOCALE = "ja_JP.UTF-8"
TODAY = "2022-05-20T09:00:00+09:00"
CODE_PAGE = "cp932"  # what Windows writes into pipes
_PATIENCE = 300.0
_LINGERS = 600  # seconds
_NUL = subprocess.DEVNULL

# bcryptprimitives.dll: random bytes, which python-calamine and cryptography take from there.
_RANDOM = """
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size)
{ return SystemFunction036(data, (ULONG)size); }
"""
# A fixed clock, so that two systems may be compared.
CLOCK = """
import os
if os.environ.get("TESTS_TODAY"):
    from workbook_tools import cli
    cli._now = lambda: os.environ["TESTS_TODAY"]
"""
_SITE = (
    """
import _winapi
import msvcrt
del _winapi.CopyFile2
in_wine = msvcrt.locking
def locking(*words):
    try:
        in_wine(*words)
    except OSError as error:  # without its number
        raise PermissionError(13, "Permission denied") from error
msvcrt.locking = locking
"""
    + CLOCK
)


@dataclass(frozen=True)
class Done:
    """What a command did."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Windows:
    """A drive of its own, and the folder as somebody unpacked it."""

    prefix: Path
    folder: Path

    @property
    def python(self) -> str:
        return str(self.folder / "python" / "python.exe")

    def start(
        self, *words: str, cwd: Path, stdin: int = subprocess.PIPE
    ) -> subprocess.Popen[bytes]:
        """A program that runs; its input is what a caller sends."""
        assert WINE
        return subprocess.Popen(
            [WINE, *words],
            cwd=cwd,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **self._own(), "TESTS_TODAY": TODAY},
        )

    def run(self, *words: str, cwd: Path, typed: bytes | None = None) -> Done:
        """A program until it ends; its input is NUL where nothing is typed.

        wine faults in one of forty runs: then it runs once more.
        """
        stdin = subprocess.DEVNULL if typed is None else subprocess.PIPE
        for _ in range(2):
            process = self.start(*words, cwd=cwd, stdin=stdin)
            out, err = process.communicate(typed, timeout=_PATIENCE)
            if process.returncode in (0, 1, 2):
                break
        return Done(process.returncode, _text(out), _text(err))

    def tool(self, *words: str, cwd: Path) -> Done:
        """`workbook-tools`, as its launcher starts it."""
        return self.run(self.python, "-m", "workbook_tools", *words, cwd=cwd)

    def on_a_console(self, *commands: str, cwd: Path) -> str:
        """What a console of wine shows while ``cmd`` runs the commands one after another."""
        assert WINE
        line = shlex.join([WINE, "cmd", "/c", " & ".join(commands)])
        done = subprocess.run(
            ["script", "-qec", line, "/dev/null"],
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            env={**os.environ, **self._own(), "TESTS_TODAY": TODAY},
            timeout=_PATIENCE,
            check=True,
        )
        return done.stdout.decode("utf-8", "replace")

    def _own(self) -> dict[str, str]:
        kept = {"WINEPREFIX": str(self.prefix), "WINEARCH": "win64", "WINEDEBUG": "-all"}
        return {**kept, "LC_ALL": LOCALE, "TERM": "xterm"}

    def end(self) -> None:
        """Stop what runs behind the programs."""
        assert SERVER
        subprocess.run([SERVER, "-k"], env={**os.environ, **self._own()}, check=False)


def installed(prefix: Path, package: Path, parent: Path) -> Windows:
    """A new Windows in ``prefix``, the zip ``package`` unpacked into ``parent``."""
    assert COMPILER
    assert SERVER
    with ZipFile(package) as archive:
        archive.extractall(parent)
    windows = Windows(prefix, parent / TOP)
    env = {**os.environ, **windows._own()}
    prefix.mkdir()
    for command in (
        # Windows stays switched on between two programs: starting it takes longer than most do.
        [SERVER, f"-p{_LINGERS}"],
        ["wineboot-stable", "-i"],
        ["winecfg-stable", "/v", "win10"],
    ):
        # What goes on running behind them would hold a pipe open.
        subprocess.run(command, env=env, check=True, stdout=_NUL, stderr=_NUL, stdin=_NUL)
    source = prefix / "random.c"
    source.write_text(_RANDOM, encoding="ascii")
    library = prefix / "drive_c" / "windows" / "system32" / "bcryptprimitives.dll"
    words: Sequence[str] = (COMPILER, "-shared", "-o", str(library), str(source), "-ladvapi32")
    subprocess.run(words, check=True)
    python = windows.folder / "python"
    (python / "_wmi.pyd").unlink()  # platform.platform() asks what wine cannot answer
    with (python / "python313._pth").open("a", encoding="ascii") as paths:
        paths.write("import site\n")
    (windows.folder / LIBRARIES / "sitecustomize.py").write_text(_SITE, encoding="ascii")
    return windows


def _text(data: bytes) -> str:
    return data.decode(CODE_PAGE, "replace").replace("\r\n", "\n")
