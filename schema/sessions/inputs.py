"""What the mutations of sessions are given, and by what sessions are listed."""

from enum import Enum

import strawberry

from models.errors import BadUserInput
from resolvers.sessions.tokens import Choice


@strawberry.enum(description="What became of a session.")
class SessionStatus(Enum):
    ACTIVE = strawberry.enum_value("active", description="It is in use.")
    PENDING = strawberry.enum_value(
        "pending", description="It is open, with a task to be done first."
    )
    ENDED = strawberry.enum_value("ended", description="Its user ended it.")
    EXPIRED = strawberry.enum_value("expired", description="Its time is over.")
    REVOKED = strawberry.enum_value("revoked", description="A secret key ended it.")


@strawberry.enum(description="How the claims of a session token are written.")
class SessionTokenFormat(Enum):
    V2 = strawberry.enum_value("V2", description="With the organization in the claim o.")
    V1 = strawberry.enum_value(
        "V1", description="With org_id, org_slug, org_role, org_permissions and orgs."
    )
    LEGACY = strawberry.enum_value(
        "LEGACY", description="With org_id, the org_role of 2022 and orgs."
    )


@strawberry.input(description="A session to open.")
class CreateSessionInput:
    organization_id: strawberry.ID | None = strawberry.field(
        description="Where it begins; without it the personal account, or the task to choose.",
        default=None,
    )
    format: SessionTokenFormat = strawberry.field(
        description="How the token's claims are written.", default=SessionTokenFormat.V2
    )


@strawberry.input(description="Where a session goes on: one of organizationId and slug.")
class SetActiveOrganizationInput:
    session_id: strawberry.ID = strawberry.field(description="The session.")
    organization_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        description="The organization; null for the personal account."
    )
    slug: str | None = strawberry.field(
        description="The organization's slug, instead of its id.", default=None
    )
    format: SessionTokenFormat = strawberry.field(
        description="How the token's claims are written.", default=SessionTokenFormat.V2
    )


@strawberry.input(description="A token to mint.")
class CreateSessionTokenInput:
    session_id: strawberry.ID = strawberry.field(description="The session.")
    organization_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        description="Any organization of the caller, absent for the session's, null for the"
        " personal account."
    )
    format: SessionTokenFormat = strawberry.field(
        description="How the token's claims are written.", default=SessionTokenFormat.V2
    )


@strawberry.input(description="The session that is meant.")
class SessionRefInput:
    session_id: strawberry.ID = strawberry.field(description="The session.")


def get_organization_id(input: SetActiveOrganizationInput) -> str | None:
    """The id that is given; raises BadUserInput unless exactly one of id and slug is."""
    if (input.organization_id is None) == (input.slug is None):
        raise BadUserInput(
            "Give organizationId, null for the personal account, or slug, and not both."
        )
    return input.organization_id.value if input.organization_id else None


def to_choice(input: CreateSessionTokenInput) -> Choice | str:
    if input.organization_id is None:
        return Choice.OWN
    return Choice.PERSONAL if input.organization_id.value is None else input.organization_id.value
