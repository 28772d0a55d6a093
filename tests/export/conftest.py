"""New databases to import into, and keys that cost little."""

import shutil
from pathlib import Path

import pytest

from server.export import secrets
from tests.conftest import Templates
from tests.support.data.exports import MakeFile


@pytest.fixture
def new_file(sqlite_templates: Templates, tmp_path: Path) -> MakeFile:
    """Makes new SQLite databases, and returns their URLs."""

    def make(name: str) -> str:
        shutil.copy(Path(sqlite_templates.url) / "empty.db", tmp_path / f"{name}.db")
        return f"sqlite+aiosqlite:///{tmp_path / name}.db"

    return make


@pytest.fixture(autouse=True)
def cheap_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Derives keys in a moment; the file says how."""
    for settings in (secrets.SCRYPT, secrets.METHOD):
        monkeypatch.setitem(settings, "n", 2**10)
