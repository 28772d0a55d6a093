"""The folder that a test imports."""

from pathlib import Path

import pytest

from tests.importing.support import Importer
from tests.support.api import Api


@pytest.fixture
def importer(api: Api, tmp_path: Path) -> Importer:
    return Importer(api, tmp_path / "clerk")
