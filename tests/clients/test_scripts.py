"""The scripts for pages without a build step."""

from collections.abc import AsyncIterator
from pathlib import Path
from shutil import rmtree

import pytest

from models.database.store import Store
from server.http.pages import scripts
from server.settings.settings import Environment
from tests.conftest import settings
from tests.support.api import Api, Clock
from tests.support.application import make_application
from tests.support.http import ONLY_SQLITE

pytestmark = ONLY_SQLITE
EVIL = {"origin": "https://elsewhere.example"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "js"
    folder.mkdir()
    for name in ("tenantry.js", "tenantry-ui.js"):
        (folder / name).write_text(f"window.loaded = '{name}';")
    monkeypatch.setattr(scripts, "SCRIPTS", folder)
    return folder


@pytest.fixture
async def api(store: Store, clock: Clock, folder: Path) -> AsyncIterator[Api]:
    chosen = settings(env=Environment.PRODUCTION)
    api = Api(make_application(chosen, store=store, clock=clock), store, clock)
    yield api
    await api.client.aclose()


@pytest.mark.parametrize("name", ["tenantry.js", "tenantry-ui.js"])
async def test_a_page_of_any_origin_loads_a_script(api: Api, name: str) -> None:
    shown = await api.client.get(f"/js/{name}", headers=EVIL)

    assert (shown.status_code, shown.text) == (200, f"window.loaded = '{name}';")
    assert shown.headers["content-type"].startswith("text/javascript")
    assert shown.headers["access-control-allow-origin"] == "*"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert shown.headers["cache-control"] == "no-cache"


async def test_a_script_is_sent_once_until_it_changes(api: Api, folder: Path) -> None:
    first = await api.client.get("/js/tenantry.js")
    asked = {"if-none-match": first.headers["etag"]}
    again = await api.client.get("/js/tenantry.js", headers=asked)
    (folder / "tenantry.js").write_text("window.loaded = 'the next version';")
    changed = await api.client.get("/js/tenantry.js", headers=asked)

    assert (again.status_code, again.text) == (304, "")
    assert again.headers["access-control-allow-origin"] == "*"
    assert changed.status_code == 200
    assert changed.headers["content-location"] != first.headers["content-location"]


async def test_a_script_with_its_hash_is_kept_for_ever(api: Api) -> None:
    place = (await api.client.get("/js/tenantry.js")).headers["content-location"]

    kept = await api.client.get(place)
    other = await api.client.get("/js/tenantry.js?v=0123456789abcdef")

    assert place.startswith("/js/tenantry.js?v=")
    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert other.headers["cache-control"] == "no-cache"
    assert other.text == kept.text


@pytest.mark.parametrize(
    "path", ["/js/", "/js/other.js", "/js/..%2f..%2fapp.py", "/js/%00", f"/js/{'a' * 5_000}"]
)
async def test_nothing_else_is_there(api: Api, path: str) -> None:
    assert (await api.client.get(path)).status_code == 404


async def test_a_path_with_a_line_break_adds_no_header(api: Api) -> None:
    shown = await api.client.get("/js/%0d%0ax:y/..%2ftenantry.js")

    assert "x" not in shown.headers
    assert "\n" not in shown.headers.get("content-location", "")


async def test_scripts_that_are_not_built_say_how_to(api: Api, folder: Path) -> None:
    rmtree(folder)

    for name in ("tenantry.js", "tenantry-ui.js"):
        missing = await api.client.get(f"/js/{name}")
        assert missing.status_code == 404
        assert "run make install" in missing.text


async def test_a_setting_switches_them_off(store: Store, clock: Clock, folder: Path) -> None:
    chosen = settings(env=Environment.PRODUCTION, scripts=False)
    api = Api(make_application(chosen, store=store, clock=clock), store, clock)

    missing = await api.client.get("/js/tenantry.js")

    assert (missing.status_code, missing.text) == (404, "Not Found")
    await api.client.aclose()
