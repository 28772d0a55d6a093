"""What every mutation returns."""

import strawberry

from schema.foundation.errors import UserError


@strawberry.interface(description="The result of a mutation.")
class Payload:
    user_errors: list[UserError] = strawberry.field(
        description="The errors that the user can fix. Empty if the mutation succeeded.",
        default_factory=list[UserError],
    )
    cursor: str | None = strawberry.field(
        description="The cursor of the newest event that the mutation recorded. Null if it changed"
        " nothing that the event log records.",
        default=None,
    )


@strawberry.type(description="The result of a mutation that deletes an object.")
class DeletedPayload(Payload):
    deleted_id: strawberry.ID | None = strawberry.field(
        description="ID of the deleted object. Null if there are `userErrors`.", default=None
    )
