"""The programs of the documentation that no other test runs, in their own language."""

import base64
import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from standardwebhooks import Webhook

from tests.support.database.database_refill import connected
from tests.support.processes.client_programs import NODE
from tests.support.processes.commands import Server, started, tenantry
from tests.support.snippets import ROOT, read_snippets

CLERK = ROOT / "tests" / "clients" / "clerk" / "node_modules"
SUPABASE = """CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid, email_confirmed_at timestamptz);
    CREATE ROLE supabase_auth_admin; CREATE ROLE authenticated; CREATE ROLE anon;"""
APP = "https://app.example.com"
OPEN = """mutation($id: ID!) { createSession(input: { organizationId: $id }) { token { jwt } } }"""
COMPANY = '{ organization(by: { slug: "analytical-engines" }) { id } }'


def program(page: str, language: str) -> str:
    (text,) = [
        snippet.text for snippet in read_snippets(ROOT / page) if snippet.language == language
    ]
    return text


def run_node(folder: Path, source: str, *, before: str = "", after: str = "") -> str:
    """Runs a module with code before and after it; imports go to the top by themselves."""
    modules = folder / "node_modules"
    if not modules.exists():
        modules.symlink_to(CLERK)
    (folder / "program.mjs").write_text(f"{before}\n{source}\n{after}")
    done = subprocess.run(
        [NODE, folder / "program.mjs"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("programs")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    with started("dev", folder=folder, TENANTRY_ALLOWED_ORIGINS=APP) as server:
        yield server


def ada(folder: Path) -> str:
    return tenantry("token", "--email", "ada@example.com", folder=folder).stdout.strip()


def test_the_call_of_a_frontend(server: Server, folder: Path, tmp_path: Path) -> None:
    """TypeScript that has no types is JavaScript."""
    source = program("docs/guides/calls.md", "ts").replace(
        "https://tenantry.example.com", server.url
    )
    before = f"const auth = {{ getToken: async () => {json.dumps(ada(folder))} }};"
    printed = run_node(tmp_path, source, before=before, after="console.log(await answer.text());")

    assert json.loads(printed)["data"]["createOrganization"]["organization"]["slug"] == "acme"


def test_a_service_calls_the_backend_api(server: Server, folder: Path, tmp_path: Path) -> None:
    viewer = server.graphql("{ viewer { user { id } } }", f"Bearer {ada(folder)}").json()
    source = program("docs/guides/backend-api.md", "ts").replace(
        "user_…", viewer["data"]["viewer"]["user"]["id"]
    )
    key = (folder / "var" / "development-key").read_text().strip()
    printed = run_node(
        tmp_path,
        source.replace("https://tenantry.example.com", server.url),
        before=f"process.env.TENANTRY_KEY = {json.dumps(key)};",
        after="""const { data } = await clerk.organizations.getOrganizationInvitationList({
            organizationId: organization.id });
            console.log(organization.maxAllowedMemberships, data[0].emailAddress);""",
    )

    assert printed.strip() == "10 katherine@example.com"


@pytest.mark.parametrize(("slug", "expected"), [("analytical-engines", "let in"), ("other", "")])
def test_a_session_token_is_verified_in_javascript(
    server: Server, folder: Path, tmp_path: Path, slug: str, expected: str
) -> None:
    by_ada = {"authorization": f"Bearer {ada(folder)}", "origin": APP}
    company = server.graphql(COMPANY, by_ada["authorization"]).json()["data"]["organization"]["id"]
    body = {"query": OPEN, "variables": {"id": company}}
    opened = httpx.post(f"{server.url}/graphql", json=body, headers=by_ada, timeout=60)
    token = opened.json()["data"]["createSession"]["token"]["jwt"]
    key = jwt.PyJWKClient(f"{server.url}/.well-known/jwks.json").get_signing_key_from_jwt(token)
    assert isinstance(key.key, RSAPublicKey)
    pem = key.key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    before = f"""const PEM = {json.dumps(pem)}, slug = {json.dumps(slug)};
        const request = new Request({json.dumps(APP)}, {{ headers: {{ authorization: "Bearer {token}" }} }});"""
    source = program("docs/guides/sessions.md", "js").replace("/* … */", 'console.log("let in");')

    assert run_node(tmp_path, source, before=before).strip() == expected


@pytest.mark.parametrize("change", ["", " "])
def test_a_webhook_is_verified_in_javascript(tmp_path: Path, change: str) -> None:
    secret = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes or ").decode()
    moment, body = datetime.now(UTC), '{"type": "organization.updated", "data": {}}'
    headers = {
        "svix-id": "evt_1",
        "svix-timestamp": str(int(moment.timestamp())),
        "svix-signature": Webhook(secret).sign("evt_1", moment, body),
    }
    given = json.dumps({"method": "POST", "headers": headers, "body": body + change})
    printed = run_node(
        tmp_path,
        program("docs/guides/webhooks.md", "js"),
        before=f"process.env.WEBHOOK_SECRET = {json.dumps(secret)};",
        after=f"""await POST(new Request("{APP}/hooks", {given}))
            .then(() => console.log("verified"), () => console.log("rejected"));""",
    )

    assert printed.strip() == ("rejected" if change else "verified")


def test_the_action_of_auth0_adds_the_claims_of_its_settings(tmp_path: Path) -> None:
    sample = json.loads((ROOT / "tests" / "identity" / "providers" / "auth0.json").read_text())
    names = sample["issuer"]["claims"].values()
    user = {"email": "grace@example.com", "email_verified": True, "name": "Grace Hopper"}
    printed = run_node(
        tmp_path,
        program("docs/authentication/auth0.md", "js"),
        before="const exports = {};",
        after=f"""const claims = {{}};
            const accessToken = {{ setCustomClaim: (name, value) => {{ claims[name] = value; }} }};
            await exports.onExecutePostLogin({{ user: {json.dumps(user)} }}, {{ accessToken }});
            console.log(JSON.stringify(claims));""",
    )

    assert json.loads(printed) == {name: sample["claims"][name] for name in names}


@pytest.mark.parametrize("confirmed", [True, False])
async def test_the_hook_of_supabase_says_whether_an_address_is_verified(
    postgresql: str, confirmed: bool
) -> None:
    """In a database with as much of Supabase as the hook needs."""
    user = "9d4f1c2a-6c0b-4a40-9dd4-0fb6a3a1c6ad"
    moment = datetime.now(UTC) if confirmed else None
    async with connected(postgresql, "postgres") as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(SUPABASE)
        await connection.execute("INSERT INTO auth.users VALUES ($1, $2)", user, moment)
        await connection.execute(program("docs/authentication/supabase.md", "sql"))
        event = json.dumps({"user_id": user, "claims": {"sub": user}})
        answer = await connection.fetchval("SELECT public.tenantry_claims($1::jsonb)", event)
        await transaction.rollback()

    assert json.loads(answer)["claims"] == {"sub": user, "email_verified": confirmed}
