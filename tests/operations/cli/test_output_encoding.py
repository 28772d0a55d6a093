"""What commands print is UTF-8, whatever the locale and the terminal: files are made of it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.support.processes.commands import TENANTRY

pytestmark = pytest.mark.slow

LOCALES = {
    "ASCII": {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    "Latin-1": {"PYTHONIOENCODING": "latin-1"},
    "ASCII streams": {"PYTHONIOENCODING": "ascii:strict", "PYTHONUTF8": "0"},
}
NAME = "Rédacteur 編集者 👩\u200d💻 “„"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a migrated database and a file of roles."""
    template = tmp_path_factory.mktemp("template")
    done = run(template, {}, "migrate")
    assert done.returncode == 0, done.stderr
    model = yaml.safe_load(run(template, {}, "roles", "export").stdout.decode())
    model["roles"]["org:editor"] = {"name": NAME, "description": NAME, "permissions": []}
    text = yaml.safe_dump(model, allow_unicode=True, sort_keys=False)
    (template / "roles.yaml").write_text(text, encoding="utf-8")
    return template


@pytest.fixture
def folder(tmp_path: Path, template: Path) -> Path:
    """A copy that the commands of one test may change."""
    return Path(shutil.copytree(template, tmp_path / "copy"))


def run(
    folder: Path, environment: dict[str, str], *arguments: str, stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """A process as a person starts it, with its output in a pipe."""
    url = f"sqlite+aiosqlite:///{folder / 'tenantry.db'}"
    kept = {"PATH": os.environ["PATH"], "HOME": str(folder), "COLUMNS": "100"}
    return subprocess.run(
        [TENANTRY, *arguments],
        cwd=folder,
        env={**kept, "TENANTRY_DATABASE_URL": url, **environment},
        input=stdin,
        capture_output=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("locale", LOCALES)
def test_a_roles_file_goes_through_pipes_as_utf_8(folder: Path, locale: str) -> None:
    """All commands have the same streams, so those that use each of them are enough."""
    environment = LOCALES[locale]
    file = (folder / "roles.yaml").read_bytes()

    applied = run(folder, environment, "roles", "apply", "-", "--yes", stdin=file)
    exported = run(folder, environment, "roles", "export")
    missing = run(folder, environment, "roles", "apply", "\udcff\u7de8.yaml")

    for done in (applied, exported):
        assert (done.returncode, done.stderr) == (0, b""), done.stderr.decode()
    assert applied.stdout.decode("utf-8").endswith("Applied.\n")
    assert yaml.safe_load(exported.stdout.decode("utf-8"))["roles"]["org:editor"]["name"] == NAME
    assert missing.returncode == 2
    assert b"Traceback" not in missing.stderr
    assert b"No such file" in missing.stderr


def test_no_command_fails_on_its_own_letters(folder: Path) -> None:
    """In ASCII, which is also the encoding of files and names then."""
    environment = LOCALES["ASCII"]
    for arguments in (["--help"], ["roles", "apply", "--help"], ["doctor"], ["keys", "list"]):
        done = run(folder, environment, *arguments)

        assert done.returncode in {0, 1}, done.stderr.decode()
        assert b"Traceback" not in done.stderr
        done.stdout.decode("utf-8")

    tried = run(folder, environment, "roles", "apply", "roles.yaml", "--dry-run")
    assert (tried.returncode, tried.stderr) == (0, b""), tried.stderr.decode()
    assert NAME in tried.stdout.decode("utf-8")
    unsure = run(folder, environment, "roles", "apply", "-", stdin=b"")
    assert unsure.returncode == 2
    assert b"Traceback" not in unsure.stderr
