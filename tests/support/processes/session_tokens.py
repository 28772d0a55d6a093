"""A development server with a demo company, whose session tokens other programs verify."""

import asyncio
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from models import base
from models.database.store import Store
from resolvers.sessions.claims import TokenContent, TokenFormat, make_claims
from server.identity.signing import make_signer
from tests.conftest import server_for, settings
from tests.support.api import JSON
from tests.support.processes.commands import Server, started, tenantry

ORIGIN = "https://app.example.com"
ADA, GRACE, MALLORY = "ada@example.com", "grace@example.com", "mallory@example.com"
COMPANY, LAB = "analytical-engines", "difference-lab"
TOKEN = "session { id } token { jwt } userErrors { message }"


@dataclass
class Issuing:
    """A running server, and the folder with its data."""

    server: Server
    folder: Path

    @property
    def issuer(self) -> str:
        return self.server.url

    @property
    def database(self) -> Path:
        return self.folder / "var" / "tenantry.db"

    def identity(self, email: str) -> str:
        return tenantry("token", "--email", email, folder=self.folder).stdout.strip()

    def mutate(self, field: str, input: JSON, identity: str) -> Any:
        """Returns the payload of a mutation that a page of the application's origin sends."""
        kind = f"{field[0].upper()}{field[1:]}Input"
        query = f"mutation($input: {kind}!) {{ {field}(input: $input) {{ {TOKEN} }} }}"
        headers = {"authorization": f"Bearer {identity}", "origin": ORIGIN}
        body = {"query": query, "variables": {"input": input}}
        answer = httpx.post(f"{self.issuer}/graphql", json=body, headers=headers, timeout=30).json()
        assert "errors" not in answer, answer
        return answer["data"][field]

    def changed(self, *statements: str) -> None:
        """Changes the role model in the database directly."""
        with sqlite3.connect(self.database, timeout=10) as connection:
            for statement in statements:
                connection.execute(statement)

    @contextmanager
    def without_permission(self, role: str, key: str) -> Generator[None]:
        ids = f"(SELECT id FROM role WHERE key = '{role}'), (SELECT id FROM permission WHERE key = '{key}')"
        self.changed(f"DELETE FROM role_permission WHERE (role_id, permission_id) = ({ids})")
        yield
        self.changed(f"INSERT INTO role_permission (role_id, permission_id) VALUES ({ids})")

    def add_permission(self, role: str, key: str) -> None:
        """Adds a custom permission to the role, and its feature to every plan."""
        feature = key.split(":")[1]
        row = f"'perm_{key}', '2026-01-01', '2026-01-01', '{key}', '{key}'"
        self.changed(
            f"INSERT INTO permission (id, created_at, updated_at, key, name) VALUES ({row})",
            f"INSERT INTO role_permission SELECT id, 'perm_{key}' FROM role WHERE key = '{role}'",
            "INSERT OR IGNORE INTO feature (id, created_at, updated_at, key, name) VALUES"
            f" ('feat_{feature}', '2026-01-01', '2026-01-01', '{feature}', '{feature}')",
            f"INSERT OR IGNORE INTO plan_feature SELECT id, 'feat_{feature}' FROM plan",
        )

    def organization(self, slug: str) -> str:
        with sqlite3.connect(self.database) as connection:
            return connection.execute(
                "SELECT id FROM organization WHERE slug = ?", (slug,)
            ).fetchone()[0]

    def token(self, email: str, slug: str | None = None, format: str = "V2") -> str:
        """Opens a session in the organization, and returns its token."""
        chosen = {"organizationId": self.organization(slug)} if slug else {}
        return self.mutate("createSession", {**chosen, "format": format}, self.identity(email))[
            "token"
        ]["jwt"]


@contextmanager
def issuing(folder: Path, **settings: str) -> Generator[Issuing]:
    with started("dev", folder=folder, TENANTRY_ALLOWED_ORIGINS=ORIGIN, **settings) as server:
        yield Issuing(server, folder)


def expired(here: Issuing) -> str:
    """A token of the server's own key that lapsed a minute ago."""
    issued = base.now() - timedelta(minutes=2)
    content = TokenContent(here.issuer, "user_1", "sess_1", False, issued, ORIGIN, None, [], issued)
    secret = (here.folder / "var" / "development-secret").read_text().strip()

    async def sign() -> str:
        store = Store(f"sqlite+aiosqlite:///{here.database}")
        server = server_for(store, base.now, secret=secret)
        token = await make_signer(settings(), server).sign(make_claims(TokenFormat.V2, content))
        await store.close()
        return token

    return asyncio.run(sign())


def add_invoices(here: Issuing) -> None:
    """Adds custom permissions, so that tokens differ."""
    here.add_permission("org:admin", "org:invoices:approve")
    here.add_permission("org:member", "org:invoices:read")


def issue_tokens(here: Issuing) -> list[str]:
    """Issues 20 tokens: of both roles, in each format, and with fewer permissions."""

    def issue() -> list[str]:
        cases = product((ADA, GRACE), (COMPANY, LAB), ("V2", "V1", "LEGACY"))
        return [here.token(*case) for case in cases]

    tokens = issue()
    with here.without_permission("org:admin", "org:sys_memberships:manage"):
        return tokens + issue()[:8]


def public_key(here: Issuing, token: str) -> RSAPublicKey:
    keys = jwt.PyJWKClient(f"{here.issuer}/.well-known/jwks.json")
    key = keys.get_signing_key_from_jwt(token).key
    assert isinstance(key, RSAPublicKey)
    return key
