"""Enums of the domain, as the API shows them."""

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

import strawberry
from strawberry.types.enum import has_enum_definition

E = TypeVar("E", bound=Enum)


def describe_enum(
    enum: type[E], description: str, values: Mapping[E, str], *, name: str | None = None
) -> None:
    """Shows an enum in the API, so that its members are not declared again.

    It needs a description for each member. The API uses the names of the members, not the values
    that are stored, and the name of the enum unless another `name` is given.
    """
    descriptions = {member.name: text for member, text in values.items()}
    shown = strawberry.enum(enum, name=name, description=description)
    assert has_enum_definition(shown)
    for value in shown.__strawberry_definition__.values:
        value.description = descriptions[value.name]
