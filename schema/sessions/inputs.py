"""The inputs of session mutations."""

import strawberry

from models.errors import BadUserInput
from resolvers.sessions.tokens import Choice
from schema.sessions.enums import TokenFormat


@strawberry.input(description="A session to open.")
class CreateSessionInput:
    organization_id: strawberry.ID | None = strawberry.field(
        description="Where it begins; without it the personal account, or the task to choose.",
        default=None,
    )
    format: TokenFormat = strawberry.field(
        description="How the token's claims are written.", default=TokenFormat.V2
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
    format: TokenFormat = strawberry.field(
        description="How the token's claims are written.", default=TokenFormat.V2
    )


@strawberry.input(description="A token to mint.")
class CreateSessionTokenInput:
    session_id: strawberry.ID = strawberry.field(description="The session.")
    organization_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        description="Any organization of the caller, absent for the session's, null for the"
        " personal account."
    )
    format: TokenFormat = strawberry.field(
        description="How the token's claims are written.", default=TokenFormat.V2
    )


@strawberry.input(description="The session that is meant.")
class SessionRefInput:
    session_id: strawberry.ID = strawberry.field(description="The session.")


def get_organization_id(input: SetActiveOrganizationInput) -> str | None:
    """Returns the given ID; raises BadUserInput unless exactly one of ID and slug is given."""
    if (input.organization_id is None) == (input.slug is None):
        raise BadUserInput(
            "Give organizationId, null for the personal account, or slug, and not both."
        )
    return input.organization_id.value if input.organization_id else None


def to_choice(input: CreateSessionTokenInput) -> Choice | str:
    if input.organization_id is None:
        return Choice.OWN
    return Choice.PERSONAL if input.organization_id.value is None else input.organization_id.value
