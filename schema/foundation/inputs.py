"""What the inputs of several mutations share."""

from dataclasses import fields
from enum import Enum
from typing import Any

import strawberry


@strawberry.enum(description="How metadata in an input is combined with the stored metadata.")
class MetadataMode(Enum):
    MERGE = strawberry.enum_value(
        "MERGE", description="Merge deeply with the stored metadata. A null value deletes its key."
    )
    REPLACE = strawberry.enum_value(
        "REPLACE",
        description="Replace the stored metadata. Metadata that the input leaves out doesn't"
        " change.",
    )


@strawberry.enum(
    description="What a bulk mutation does with the valid entries if one of them is invalid."
)
class BulkErrorPolicy(Enum):
    REJECT_ALL = strawberry.enum_value(
        "REJECT_ALL",
        description="Reject all entries and change nothing. The payload lists all errors.",
    )
    SKIP_FAILED = strawberry.enum_value(
        "SKIP_FAILED",
        description="Apply the valid entries and skip the invalid ones. The payload lists all"
        " errors.",
    )


def get_given(input: Any) -> dict[str, Any]:
    """Returns the optional fields that an input gives, nulls included, by their Python names."""
    values: dict[str, strawberry.Some[Any] | None] = {
        field.name: getattr(input, field.name) for field in fields(input)
    }
    present = {
        name: value.value for name, value in values.items() if isinstance(value, strawberry.Some)
    }
    return {
        name: value.value if isinstance(value, Enum) else value for name, value in present.items()
    }
