"""What the inputs of several mutations share."""

from dataclasses import fields
from enum import Enum
from typing import Any

import strawberry


@strawberry.enum(description="How metadata in an input meets what is stored.")
class MetadataMode(Enum):
    MERGE = strawberry.enum_value("MERGE", description="Deeply merged; null deletes a key.")
    REPLACE = strawberry.enum_value(
        "REPLACE", description="Each field that is given is overwritten."
    )


@strawberry.enum(description="What one invalid entry of a bulk mutation does to the others.")
class BulkErrorPolicy(Enum):
    REJECT_ALL = strawberry.enum_value(
        "REJECT_ALL", description="Nothing is changed, and every error is reported."
    )
    SKIP_FAILED = strawberry.enum_value(
        "SKIP_FAILED", description="The valid entries are applied, and every error is reported."
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
