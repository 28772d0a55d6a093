"""What every mutation answers with."""

import strawberry

from schema.foundation.errors import UserError


@strawberry.interface(description="What every mutation answers with.")
class Payload:
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was changed; empty on success.", default_factory=list[UserError]
    )
    cursor: str | None = strawberry.field(
        description="The newest event that the mutation wrote; null when nothing was changed.",
        default=None,
    )


@strawberry.type(description="What a mutation deleted.")
class DeletedPayload(Payload):
    deleted_id: strawberry.ID | None = strawberry.field(
        description="The id of what is gone.", default=None
    )
