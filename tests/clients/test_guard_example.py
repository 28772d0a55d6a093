"""The example application lets in whom the session token lets in, by slug, role and permission."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import httpx
import pytest

from tests.support.processes.session_tokens import (
    ADA,
    COMPANY,
    GRACE,
    LAB,
    MALLORY,
    ORIGIN,
    Issuing,
    issuing,
)

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuing]:
    with issuing(tmp_path_factory.mktemp("issuing")) as here:
        yield here


@pytest.fixture
def guard(here: Issuing, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The example, started for the server at hand."""
    monkeypatch.setenv("TENANTRY_URL", here.issuer)
    monkeypatch.setenv("APP_ORIGIN", ORIGIN)
    return importlib.reload(importlib.import_module("examples.guard"))


async def visited(guard: ModuleType, token: str | None, slug: str = COMPANY) -> tuple[int, str]:
    """The status, and where it leads to or what it says."""
    headers = {"authorization": f"Bearer {token}"} if token is not None else {}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(guard.app), base_url="http://app"
    ) as client:
        answer = await client.get(f"/orgs/{slug}/settings", headers=headers)
    return answer.status_code, answer.headers.get("location") or answer.text.strip()


async def test_an_admin_of_the_organization_gets_in(here: Issuing, guard: ModuleType) -> None:
    assert await visited(guard, here.token(ADA, COMPANY)) == (200, f"Admin settings for {COMPANY}")


async def test_the_slug_has_to_be_that_of_the_active_organization(
    here: Issuing, guard: ModuleType
) -> None:
    token = here.token(ADA, LAB)

    assert await visited(guard, token) == (303, "/dashboard")
    assert await visited(guard, token, slug=LAB) == (200, f"Admin settings for {LAB}")


async def test_a_member_is_sent_back(here: Issuing, guard: ModuleType) -> None:
    assert await visited(guard, here.token(GRACE, COMPANY)) == (303, f"/orgs/{COMPANY}")


async def test_without_a_token_of_an_active_session_nobody_gets_in(
    here: Issuing, guard: ModuleType
) -> None:
    refused = (401, "Sign in first.")

    assert await visited(guard, None) == refused
    assert await visited(guard, "") == refused
    assert await visited(guard, here.identity(ADA)) == refused
    assert await visited(guard, here.token(MALLORY)) == refused, "a pending session"


async def test_an_admin_without_the_permission_is_not_let_in(
    here: Issuing, guard: ModuleType
) -> None:
    with here.without_permission("org:admin", "org:sys_profile:manage"):
        token = here.token(ADA, COMPANY)

    assert await visited(guard, token) == (303, "/unauthorized")


@pytest.mark.sample
def test_the_guide_shows_this_very_recipe_in_twenty_lines() -> None:
    recipe = (ROOT / "examples" / "session_token.py").read_text().strip()

    assert len([line for line in recipe.splitlines() if line]) <= 20
    assert f"```python\n{recipe}\n```" in (ROOT / "docs" / "guides" / "sessions.md").read_text()
