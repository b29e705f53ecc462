"""Which wheels the folder for Windows holds: ``python -m tests.windows.lock`` takes the newest.

Resolves what ``pyproject.toml`` asks for, downloads it for 64-bit Windows, and writes names,
versions and sha256 into ``wheels.txt``, which ``tests.windows.build`` takes and pip checks.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from email.parser import HeaderParser
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
WHEELS = HERE / "wheels.txt"
FOR_WINDOWS = (
    *("--platform", "win_amd64", "--python-version", "3.13", "--implementation", "cp"),
    *("--abi", "cp313", "--abi", "abi3", "--abi", "none", "--only-binary=:all:"),
)
# What libraries need on Windows alone: pip judges that by the machine it runs on.
ONLY_ON_WINDOWS = ("colorama", "tzdata")
_HEAD = "# Made by: python -m tests.windows.lock\n"


def wanted() -> list[str]:
    """What the package depends on, as ``pyproject.toml`` says it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return [*project["dependencies"], *ONLY_ON_WINDOWS]


def download(folder: Path, *words: str) -> list[Path]:
    """What pip downloads with these words."""
    command = (sys.executable, "-m", "pip", "download", "-q", "-d", str(folder), *words)
    subprocess.run(command, check=True, cwd=ROOT)
    return sorted(folder.iterdir())


def line(wheel: Path) -> str:
    """A wheel as a line of requirements."""
    with ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        facts = HeaderParser().parsestr(archive.read(name).decode())
    known = sha256(wheel.read_bytes()).hexdigest()
    return f"{facts['Name']}=={facts['Version']} --hash=sha256:{known}"


def main() -> None:
    """Write the list anew."""
    with tempfile.TemporaryDirectory() as folder:
        wheels = download(Path(folder), *FOR_WINDOWS, *wanted())
        lines = sorted(map(line, wheels), key=str.casefold)
    WHEELS.write_text(_HEAD + "".join(f"{each}\n" for each in lines), encoding="utf-8")


if __name__ == "__main__":
    main()
