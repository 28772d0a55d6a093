"""The inputs of session mutations."""

import strawberry

from models.errors.request import BadUserInput
from resolvers.sessions.tokens import Choice, ChosenOrganization
from schema.sessions.enums import TokenFormat


@strawberry.input(description="A session to open. Set at most one of `organizationId` and `slug`.")
class CreateSessionInput:
    organization_id: strawberry.ID | None = strawberry.field(
        description="ID of the session's first active organization. Without it, the session uses"
        " the personal account or, if an organization is required, is pending.",
        default=None,
    )
    slug: str | None = strawberry.field(
        description="The slug of the session's first active organization.", default=None
    )
    format: TokenFormat = strawberry.field(
        description="The format of the claims in the session's first token.", default=TokenFormat.V2
    )


@strawberry.input(
    description="The session and its new active organization. Set exactly one of `organizationId`"
    " and `slug`."
)
class SetActiveOrganizationInput:
    session_id: strawberry.ID = strawberry.field(description="ID of the session to change.")
    organization_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        description="ID of the new active organization. Null for the personal account, which"
        " changes nothing if an organization is required."
    )
    slug: str | None = strawberry.field(
        description="The slug of the new active organization.", default=None
    )
    format: TokenFormat = strawberry.field(
        description="The format of the claims in the token that the mutation returns.",
        default=TokenFormat.V2,
    )


@strawberry.input(
    description="The session and the organization that a new token is for. Set at most one of"
    " `organizationId` and `slug`."
)
class CreateSessionTokenInput:
    session_id: strawberry.ID = strawberry.field(
        description="ID of the session that the token belongs to."
    )
    organization_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        description="ID of an organization that the caller is a member of. Null for the personal"
        " account. Defaults to the session's active organization."
    )
    slug: str | None = strawberry.field(
        description="The slug of an organization that the caller is a member of.", default=None
    )
    format: TokenFormat = strawberry.field(
        description="The format of the claims in the new token.", default=TokenFormat.V2
    )


@strawberry.input(description="The session to end or revoke.")
class SessionRefInput:
    session_id: strawberry.ID = strawberry.field(description="ID of the session to end or revoke.")


def get_organization_id(input: SetActiveOrganizationInput) -> str | None:
    """Returns the given ID; raises BadUserInput unless exactly one of ID and slug is given."""
    if (input.organization_id is None) == (input.slug is None):
        raise BadUserInput(
            "Give either organizationId, which is null for the personal account, or slug."
        )
    return input.organization_id.value if input.organization_id else None


def ensure_one_name(input: CreateSessionInput | CreateSessionTokenInput) -> None:
    """Raises BadUserInput if the organization is given by both ID and slug."""
    if input.organization_id is not None and input.slug is not None:
        raise BadUserInput("Give organizationId or slug, not both.")


def to_chosen(input: CreateSessionTokenInput) -> ChosenOrganization:
    ensure_one_name(input)
    if input.slug is not None:
        return ChosenOrganization(Choice.SLUG, input.slug)
    if input.organization_id is None:
        return ChosenOrganization()
    if input.organization_id.value is None:
        return ChosenOrganization(Choice.PERSONAL)
    return ChosenOrganization(Choice.ID, input.organization_id.value)
