"""What a development server has beside the application: a demo company, a secret key, and a page that is signed in."""

import secrets
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from graphql import OperationDefinitionNode, parse
from sqlmodel import col, select

from models import base
from models.addresses import address_key
from models.events import Event
from models.instance import Instance
from models.keys import new_secret
from models.organizations import Organization, slug_of
from models.store import Store
from models.users import Claims, User
from resolvers.access import SYSTEM, Actor, ActorType
from resolvers.memberships import Metadata, create_membership
from resolvers.organizations import NewOrganization, create_organization
from resolvers.users import provision
from resolvers.work import work_on
from server.app import Development
from server.graphiql import Document, Identity
from server.issuer import (
    ADA,
    ALAN,
    AUDIENCE,
    GRACE,
    ISSUER,
    KATHERINE,
    MALLORY,
    MARGARET,
    PEOPLE,
    DevelopmentIssuer,
    kept,
    subject_of,
)
from server.settings import Environment, Issuer

OPERATIONS = Path(__file__).parent.parent / "graphql" / "operations"
COMPANY = "Analytical Engines"
LAB = "Difference Lab"


class AlreadyInUse(Exception):
    """A database that others than a development server have written to: development tokens must not count there."""


def development_secret(folder: Path) -> str:
    return kept(folder / "development-secret", lambda: secrets.token_urlsafe(48))


def development_key(folder: Path) -> str:
    return kept(folder / "development-key", new_secret)


async def stamp(store: Store) -> None:
    """Marks the database: a production server will refuse it. Raises AlreadyInUse for one that is production's."""
    async with store.write() as session:
        instance = (await session.execute(select(Instance))).scalar_one()
        if instance.environment == Environment.DEVELOPMENT.value:
            return
        if (await session.execute(select(Event.cursor).limit(1))).first():
            raise AlreadyInUse(
                "TENANTRY_DATABASE_URL: this database holds data that no development server made; it is left alone."
            )
        instance.environment = Environment.DEVELOPMENT.value


# ---------------------------------------------------------------------------------------------------- demo company


async def load_demo(store: Store) -> None:
    """A small company, made by the same operations as through the API; a database that holds anything is left alone."""
    async with store.read() as connection:
        if (await connection.execute(select(Organization.id).limit(1))).first():
            return
    ids = {person: await _person(store, *person) for person in PEOPLE}
    async with work_on(store, Actor(ActorType.USER, ids[ADA]), base.now) as work:
        company, _ = await create_organization(work, NewOrganization(name=COMPANY))
        lab, _ = await create_organization(work, NewOrganization(name=LAB))
    for organization, people in ((company, (GRACE, MARGARET, KATHERINE)), (lab, (GRACE,))):
        for person in people:
            await _add(store, organization.id, ids[person])


async def _add(store: Store, organization_id: str, user_id: str) -> None:
    async with work_on(store, SYSTEM, base.now) as work:
        await create_membership(work, organization_id=organization_id, user_id=user_id, role=None, metadata=Metadata())


async def _person(store: Store, email: str, first: str, last: str) -> str:
    claims = Claims(ISSUER, subject_of(email), 0, email, address_key(email), True, first, last)
    async with work_on(store, SYSTEM, base.now) as work:
        return await provision(work, claims, is_sole_issuer=True)


# ---------------------------------------------------------------------------------------------------- GraphiQL page


def _identities(issuer: DevelopmentIssuer, key: str, *, is_staffed: bool) -> list[Identity]:
    def person(email: str, first: str, last: str, detail: str) -> Identity:
        return Identity(f"{first} {last}", detail if is_staffed else "", f"Bearer {issuer.token(email)}")

    return [
        person(*ADA, f"admin of {COMPANY}"),
        person(*GRACE, f"member of {COMPANY}"),
        person(*MALLORY, "outsider, no organization"),
        Identity("Secret key", "a service, everything allowed", f"Bearer {key}"),
        Identity("Nobody", "no credential", None),
    ]


async def _ids(store: Store) -> dict[str, str]:
    """The ids of demo people by address, and of the demo organizations by slug."""
    addresses = [email for email, _, _ in PEOPLE]
    people = select(User).where(col(User.issuer) == ISSUER, col(User.address_key).in_(addresses))
    organizations = select(Organization).where(col(Organization.slug).in_([slug_of(COMPANY), slug_of(LAB)]))
    async with store.read() as connection:
        found = {row.address_key: row.id for row in (await connection.execute(people)).all()}
        return found | {row.slug: row.id for row in (await connection.execute(organizations)).all()}


def ready_values(ids: Mapping[str, str]) -> dict[str, dict[str, object]]:
    """What each ready document's variables are filled with, so that one click shows something and spoils nothing."""
    company, lab = (ids.get(slug_of(name), "org_…") for name in (COMPANY, LAB))

    def user(person: tuple[str, str, str]) -> str:
        return ids.get(person[0], "user_…")

    return {
        "CreateOrganization": {"name": "Bernoulli Works"},
        "UpdateOrganization": {"organizationId": company, "name": f"{COMPANY} Ltd"},
        "Members": {"organizationId": company, "first": 20},
        "AddMember": {"organizationId": company, "newUserId": user(ALAN), "role": "org:member"},
        "ChangeRole": {"organizationId": company, "userId": user(MARGARET), "role": "org:admin"},
        "RemoveMember": {"organizationId": company, "userId": user(KATHERINE)},
        "LeaveOrganization": {"organizationId": company},
        "DeleteOrganization": {"organizationId": lab},
        "CheckPermission": {"organizationId": company, "permission": "org:sys_memberships:manage"},
    }


def documents(values: Mapping[str, dict[str, object]]) -> list[Document]:
    """The operations of `graphql/operations/`, in the order of their file names, ready to run."""
    return [_document(path, values) for path in sorted(OPERATIONS.glob("*.graphql"))]


def _document(path: Path, values: Mapping[str, dict[str, object]]) -> Document:
    text = path.read_text()
    names = [node.name for node in parse(text).definitions if isinstance(node, OperationDefinitionNode)]
    name = names[0].value if names and names[0] else path.stem
    return Document(name, text, values.get(name, {}))


async def development(store: Store, folder: Path) -> Development:
    """Everything that a development server adds to the application; the database has to be migrated."""
    issuer, key, ids = DevelopmentIssuer(folder), development_key(folder), await _ids(store)
    settings = Issuer(issuer=ISSUER, audience=AUDIENCE, public_key=issuer.public_key(), algorithms=["EdDSA"])
    identities = partial(_identities, issuer, key, is_staffed=slug_of(COMPANY) in ids)
    return Development(settings, key, identities, documents(ready_values(ids)))
