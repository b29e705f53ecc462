"""The folder a round lives in, and how files of it are read."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from workbook_tools.era import FiscalYear
from workbook_tools.findings import UserError


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where everything of one city's evaluation stands (contract, Workspace)."""

    root: Path

    @property
    def plan_master(self) -> Path:
        """The plan master, kept by the secretariat."""
        return self.root / "templates" / "計画マスタ.xlsx"

    @property
    def register(self) -> Path:
        """The register: everything known of past years and of what was received."""
        return self.root / "register.sqlite"

    @property
    def archive(self) -> Path:
        """Content-addressed copies of every file taken in."""
        return self.root / "archive"

    @property
    def inbox(self) -> Path:
        """What the departments sent back; never written to."""
        return self.root / "inbox"

    @property
    def outbox(self) -> Path:
        """What the tool writes for secretariat and council."""
        return self.root / "outbox"

    def forms(self, year: FiscalYear) -> Path:
        """The folder of one round's blank forms, one folder a department below it."""
        return self.root / "templates" / str(year)

    def relative(self, path: Path) -> str:
        """A path as messages name it: from the workspace on, with forward slashes."""
        try:
            return path.relative_to(self.root).as_posix()
        except ValueError:
            return str(path)


def digest(data: bytes) -> str:
    """The sha256 of a file's content, in hex."""
    return sha256(data).hexdigest()


def read(path: Path) -> bytes:
    """The content of a file; UserError in one sentence where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(why_not(path, error, "読めません")) from error


def why_not(path: Path, error: OSError, verb: str) -> str:
    """One sentence for a file that cannot be read or written (``verb``)."""
    if path.is_dir():  # which Windows tells as a missing permission
        return f"『{path}』はフォルダーです。ファイルの名前を指定してください。"
    if isinstance(error, FileNotFoundError):
        return f"『{path}』がありません。場所と名前を確かめてください。"
    if isinstance(error, PermissionError):
        program = "Ｗｏｒｄ" if path.suffix == ".docx" else "Ｅｘｃｅｌ"
        return (
            f"『{path}』が{verb}。{program}で開いていれば閉じ、"
            "フォルダーの権限を確かめてから、もう一度実行してください。"
        )
    return f"『{path}』が{verb}（{error.strerror or error}）。空き容量と場所を確かめてください。"
