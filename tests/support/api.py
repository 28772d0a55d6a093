"""The API as a client sees it: documents sent over HTTP with real identity tokens."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Table, select
from starlette.applications import Starlette

from models.database.store import Store
from models.database.tables import metadata
from resolvers.foundation.server import Server
from resolvers.subscriptions.log_reader import LogReader
from server.settings.issuers import Issuer

ISSUER = "https://idp.example.com"
AUDIENCE = "tenantry"
SECRET = "rB7pQmVxW2kLzTjY9cHdN4sGfE6uAaMo"
SECRET_KEY = "sk_0123456789ab_5eHxE1bW8q0mJ3nV7tYcRfZuKpLdGa2s"
OPERATIONS = Path(__file__).parents[2] / "graphql" / "operations"
KEY = Ed25519PrivateKey.generate()
PUBLIC_KEY = (
    KEY.public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode()
)

JSON = dict[str, Any]


def operation(name: str) -> str:
    """Returns the document of `graphql/operations/` with this name, like `create-organization`."""
    (found,) = [path for path in OPERATIONS.glob("*.graphql") if path.stem.split("-", 1)[1] == name]
    return found.read_text()


@dataclass
class Clock:
    """A clock that shows the time that a test sets."""

    moment: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **duration: float) -> None:
        self.moment += timedelta(**duration)


def test_issuer() -> Issuer:
    return Issuer(issuer=ISSUER, audience=AUDIENCE, public_key=PUBLIC_KEY, algorithms=["EdDSA"])


test_issuer.__test__ = False  # pyright: ignore[reportFunctionMemberAccess]


@dataclass(frozen=True)
class Caller:
    """A caller: the Authorization header (None if anonymous), and the ID once they have called."""

    authorization: str | None = None
    id: str = ""
    email: str = ""


NOBODY = Caller()
SERVICE = Caller(f"Bearer {SECRET_KEY}")


@dataclass(frozen=True)
class Answer:
    """The response to a GraphQL request."""

    status: int
    body: JSON

    @property
    def data(self) -> Any:
        """The data of a successful request; fails with the errors of any other."""
        assert "errors" not in self.body, self.body["errors"]
        return self.body["data"]

    @property
    def payload(self) -> Any:
        """The payload of the only mutation in the document, which has no user errors."""
        (payload,) = self.data.values()
        assert payload["userErrors"] == [], payload["userErrors"]
        return payload

    @property
    def user_errors(self) -> list[JSON]:
        (payload,) = self.data.values()
        return payload["userErrors"]

    @property
    def error(self) -> JSON:
        """The only top-level error."""
        (error,) = self.body["errors"]
        return error

    @property
    def code(self) -> str:
        return self.error["extensions"]["code"]

    @property
    def reason(self) -> str | None:
        return self.error["extensions"].get("reason")


# The input types of the mutations that share one.
INPUTS = {
    "resendInvitation": "InvitationRefInput",
    "revokeInvitation": "InvitationRefInput",
    "declineInvitation": "AcceptInvitationInput",
    "deleteRole": "DeleteByKeyInput",
    "deletePermission": "DeleteByKeyInput",
    "deleteFeature": "DeleteByKeyInput",
    "replaceRoleInRoleSet": "ReplaceRoleInput",
    "deleteDomain": "DomainRefInput",
    "prepareDomainOwnership": "DomainRefInput",
    "attemptDomainOwnership": "DomainRefInput",
    "acceptSuggestion": "SuggestionRefInput",
    "rejectMembershipRequest": "MembershipRequestRefInput",
    "revokeApiKey": "ApiKeyRefInput",
    "endSession": "SessionRefInput",
    "revokeSession": "SessionRefInput",
    "deleteWebhookEndpoint": "WebhookEndpointRefInput",
    "rotateWebhookSecret": "WebhookEndpointRefInput",
    "revokeSecretKey": "KeyRefInput",
}


class Api:
    """A running application and its store."""

    def __init__(self, app: Starlette, store: Store, clock: Clock) -> None:
        self.app = app
        self.store = store
        self.clock = clock
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8000"
        )

    @property
    def server(self) -> Server:
        return self.app.state.server

    @property
    def reader(self) -> LogReader:
        """The reader of the event log, which serves the subscriptions."""
        return self.app.state.log

    def token(
        self,
        email: str | None,
        *,
        verified: bool = True,
        sign: Callable[[JSON], str] | None = None,
        **claims: Any,
    ) -> str:
        """Returns an identity token; `claims` are added, or replace the default ones."""
        now = int(self.clock().timestamp())
        known: JSON = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": f"sub|{email}",
            "iat": now,
            "exp": now + 3600,
        }
        if email is not None:
            known |= {"email": email, "email_verified": verified}
        return (sign or sign_token)({**known, **claims})

    async def person(self, email: str, **claims: Any) -> Caller:
        """Creates a user by signing in with this address."""
        caller = Caller(f"Bearer {self.token(email, **claims)}", email=email)
        answer = await self.run("{ viewer { user { id } } }", by=caller)
        return Caller(caller.authorization, answer.data["viewer"]["user"]["id"], email)

    async def run(
        self, document: str, variables: JSON | None = None, *, by: Caller = NOBODY
    ) -> Answer:
        """Sends a document."""
        headers = {"authorization": by.authorization} if by.authorization else {}
        response = await self.client.post(
            "/graphql", json={"query": document, "variables": variables}, headers=headers
        )
        return Answer(response.status_code, response.json())

    async def send(self, name: str, /, *, by: Caller = NOBODY, **variables: Any) -> Answer:
        """Sends the document with this name in `graphql/operations/`."""
        return await self.run(operation(name), variables, by=by)

    async def mutate(
        self, field: str, input: JSON, selection: str = "", *, by: Caller = NOBODY
    ) -> Answer:
        """Sends one mutation with its input as a variable; also selects user errors and cursor."""
        kind = INPUTS.get(field) or f"{field[0].upper()}{field[1:]}Input"
        payload = f"{selection} userErrors {{ code message field meta }} cursor"
        document = f"mutation($input: {kind}!) {{ {field}(input: $input) {{ {payload} }} }}"
        return await self.run(document, {"input": input}, by=by)


def sign_token(claims: JSON) -> str:
    return jwt.encode(claims, KEY, algorithm="EdDSA")


def _select_everything(table: Table) -> str:
    key = ", ".join(f'"{column.name}"' for column in table.primary_key)
    return f'SELECT * FROM "{table.name}" ORDER BY {key}'


# Which tables hold anything: most are empty, and are not asked for their rows.
_IS_FILLED = "SELECT " + ", ".join(
    f'EXISTS (SELECT 1 FROM "{table.name}")' for table in metadata.sorted_tables
)


async def contents(store: Store) -> JSON:
    """Loads every row of every table; compare two results to show that nothing has changed.

    The statements are plain text, so they don't need to be compiled.
    """
    async with store.read() as connection:
        is_filled = (await connection.run_text(_IS_FILLED))[0]
        return {
            table.name: [tuple(row) for row in await connection.run_text(_select_everything(table))]
            if filled
            else []
            for table, filled in zip(metadata.sorted_tables, is_filled, strict=True)
        }


async def events(store: Store) -> list[JSON]:
    """Loads the event log, oldest first."""
    table = metadata.tables["event"]
    async with store.read() as connection:
        rows = await connection.execute(select(table).order_by(table.c.cursor))
        return rows.mappings()
