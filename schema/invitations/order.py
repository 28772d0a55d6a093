"""How lists of invitations can be sorted."""

from enum import Enum
from typing import Annotated

import strawberry

from schema.foundation.connections import OrderDirection


@strawberry.enum(description="The fields that invitations can be sorted by.")
class InvitationOrderField(Enum):
    CREATED_AT = strawberry.enum_value(
        "CREATED_AT", description="The time when the invitation was created."
    )
    EMAIL_ADDRESS = strawberry.enum_value("EMAIL_ADDRESS", description="The invited email address.")
    EXPIRES_AT = strawberry.enum_value("EXPIRES_AT", description="When the invitation expires.")


@strawberry.input(description="The sort order of a list of invitations.")
class InvitationOrder:
    field: InvitationOrderField = strawberry.field(
        description="The field to sort invitations by.", default=InvitationOrderField.CREATED_AT
    )
    direction: OrderDirection = strawberry.field(
        description="The direction to sort invitations in.", default=OrderDirection.DESC
    )


InvitationOrderBy = Annotated[
    InvitationOrder | None,
    strawberry.argument(
        description="The sort order of the list. Defaults to the newest invitations first."
    ),
]
