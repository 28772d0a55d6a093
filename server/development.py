"""A development server's own identity provider, secret key and demo company, kept in `./var`."""

import secrets
import time
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from graphql import GraphQLError, OperationDefinitionNode, parse
from sqlalchemy import func, update
from sqlmodel import col, select

from models import base
from models.addresses import address_key
from models.instance import Instance
from models.keys import new_secret
from models.organizations import Organization
from models.store import Store
from models.users import Claims, User
from resolvers.access import SYSTEM, Actor, ActorType
from resolvers.lists import organization_by_slug
from resolvers.memberships import Metadata, create_membership
from resolvers.organizations import NewOrganization, create_organization
from resolvers.users import provision
from resolvers.work import work_on
from server.app import Development
from server.graphiql import Document, Identity
from server.settings import Environment, Issuer

ISSUER = "urn:tenantry:development"
AUDIENCE = "tenantry"
OPERATIONS = Path(__file__).parent.parent / "graphql" / "operations"
TOKEN_MINUTES = 12 * 60

ADA = ("ada@example.com", "Ada", "Lovelace")
GRACE = ("grace@example.com", "Grace", "Hopper")
MARGARET = ("margaret@example.com", "Margaret", "Hamilton")
KATHERINE = ("katherine@example.com", "Katherine", "Johnson")
MALLORY = ("mallory@example.com", "Mallory", "Archer")
PEOPLE = (ADA, GRACE, MARGARET, KATHERINE, MALLORY)
COMPANY = "Analytical Engines"
COMPANY_SLUG = "analytical-engines"


def kept(path: Path, made: str) -> str:
    """The text of a private file, which is written with what is made the first time."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(made)
    return path.read_text()


def _new_signing_key() -> str:
    key = Ed25519PrivateKey.generate()
    encoding, kind = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, kind, serialization.NoEncryption()).decode()


class DevelopmentIssuer:
    """An identity provider that believes everybody: it signs what `tenantry token` asks for."""

    def __init__(self, folder: Path) -> None:
        self._pem = kept(folder / "development-issuer.pem", _new_signing_key())
        key = serialization.load_pem_private_key(self._pem.encode(), None)
        encoding, kind = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        public = key.public_key().public_bytes(encoding, kind).decode()
        self.settings = Issuer(issuer=ISSUER, audience=AUDIENCE, public_key=public, algorithms=["EdDSA"])

    def token(
        self,
        email: str,
        *,
        verified: bool = True,
        minutes: int = TOKEN_MINUTES,
        subject: str | None = None,
        **names: str | None,
    ) -> str:
        """An identity token for the address; the names of demo people are known."""
        now = int(time.time())
        known = next(
            ({"given_name": first, "family_name": last} for address, first, last in PEOPLE if address == email), {}
        )
        claims: dict[str, Any] = {
            "iss": ISSUER, "aud": AUDIENCE, "sub": subject or f"dev|{email}", "email": email, "email_verified": verified,
            "iat": now, "exp": now + minutes * 60, **known, **{name: value for name, value in names.items() if value},
        }  # fmt: skip
        return jwt.encode(claims, self._pem, algorithm="EdDSA")


def development_secret(folder: Path) -> str:
    return kept(folder / "development-secret", secrets.token_urlsafe(48))


def development_key(folder: Path) -> str:
    return kept(folder / "development-key", new_secret())


async def stamp(store: Store) -> None:
    """Marks the database: a production server will refuse it, for development tokens have written to it."""
    async with store.write() as session:
        await session.execute(update(Instance).values(environment=Environment.DEVELOPMENT.value))


async def load_demo(store: Store) -> None:
    """A small company, made by the same operations as through the API; a database that holds anything is left alone."""
    async with store.read() as connection:
        if (await connection.execute(select(func.count()).select_from(Organization))).scalar_one():
            return
    ids = [await _person(store, *person) for person in PEOPLE]
    async with work_on(store, Actor(ActorType.USER, ids[0]), base.now) as work:
        company, _ = await create_organization(work, NewOrganization(name=COMPANY))
        lab, _ = await create_organization(work, NewOrganization(name="Difference Lab"))
    for organization, people in ((company, ids[1:4]), (lab, ids[1:2])):
        for user_id in people:
            async with work_on(store, SYSTEM, base.now) as work:
                await create_membership(
                    work, organization_id=organization.id, user_id=user_id, role=None, metadata=Metadata()
                )


async def _person(store: Store, email: str, first: str, last: str) -> str:
    claims = Claims(ISSUER, f"dev|{email}", 0, email, address_key(email), True, first, last)
    async with work_on(store, SYSTEM, base.now) as work:
        return await provision(work, claims, is_sole_issuer=True)


def _identities(issuer: DevelopmentIssuer, key: str) -> list[Identity]:
    def person(email: str, first: str, last: str, detail: str) -> Identity:
        return Identity(f"{first} {last}", detail, f"Bearer {issuer.token(email)}")

    return [
        person(*ADA, f"admin of {COMPANY}"),
        person(*GRACE, f"member of {COMPANY}"),
        person(*MALLORY, "outsider, no organization"),
        Identity("Secret key", "a service, everything allowed", f"Bearer {key}"),
        Identity("Nobody", "no credential", None),
    ]


async def demo_values(store: Store) -> dict[str, object]:
    """What the variables of the ready documents are filled with, by name."""
    company = await organization_by_slug(store, COMPANY_SLUG)
    async with store.read() as connection:
        users = select(col(User.email_address), col(User.id)).where(col(User.email_address).in_([p[0] for p in PEOPLE]))
        found = {row.email_address: row.id for row in (await connection.execute(users)).all()}
    return {
        "organizationId": company.id if company else "org_…",
        "userId": found.get(GRACE[0], "user_…"),
        "newUserId": found.get(MALLORY[0], "user_…"),
        "name": "Bernoulli Works",
        "role": "org:admin",
        "permission": "org:sys_memberships:manage",
    }


def documents(values: dict[str, object]) -> list[Document]:
    """The operations of `graphql/operations/`, in the order of their file names, ready to run."""
    return [_document(path, values) for path in sorted(OPERATIONS.glob("*.graphql"))]


def _document(path: Path, values: dict[str, object]) -> Document:
    text = path.read_text()
    try:
        nodes = [node for node in parse(text).definitions if isinstance(node, OperationDefinitionNode)]
    except GraphQLError:
        nodes = []
    wanted = [variable.variable.name.value for node in nodes for variable in node.variable_definitions or ()]
    name = nodes[0].name.value if nodes and nodes[0].name else path.stem
    return Document(name, text, {one: values[one] for one in wanted if one in values})


async def development(store: Store, folder: Path) -> Development:
    """Everything that `dev` adds to the application; the database has to be migrated."""
    issuer = DevelopmentIssuer(folder)
    key = development_key(folder)
    return Development(issuer.settings, key, _identities(issuer, key), documents(await demo_values(store)))
