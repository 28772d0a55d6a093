"""The enums of suggestions and membership requests."""

from typing import Annotated

import strawberry

from models.membership_requests import MembershipRequestStatus, SuggestionStatus
from schema.foundation.enums import describe_enum

describe_enum(
    SuggestionStatus,
    "The status of a suggestion.",
    {
        SuggestionStatus.PENDING: "The user can ask to join.",
        SuggestionStatus.ACCEPTED: "The user has asked to join.",
    },
)
describe_enum(
    MembershipRequestStatus,
    "The status of a membership request.",
    {
        MembershipRequestStatus.PENDING: "Nobody has decided yet.",
        MembershipRequestStatus.ACCEPTED: "The user became a member.",
        MembershipRequestStatus.REJECTED: "The request was rejected. The user can still be"
        " invited.",
    },
)
RequestStatuses = Annotated[
    list[MembershipRequestStatus] | None,
    strawberry.argument(
        description="Return only requests with one of these statuses. Null for all statuses."
    ),
]
