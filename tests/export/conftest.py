"""New databases to import into."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import Templates
from tests.support.exports import MakeFile


@pytest.fixture
def new_file(sqlite_templates: Templates, tmp_path: Path) -> MakeFile:
    """Makes new SQLite databases, and returns their URLs."""

    def make(name: str) -> str:
        shutil.copy(Path(sqlite_templates.url) / "empty.db", tmp_path / f"{name}.db")
        return f"sqlite+aiosqlite:///{tmp_path / name}.db"

    return make
