"""Fills in the names in descriptions that several fields and types share.

A description can contain the placeholders `{field}`, the name of the field that it belongs to, and
`{node}` and `{nodes}`, what a list contains.
"""

import re
from collections.abc import Mapping
from typing import Any, cast

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema, get_named_type

LIST_TYPE = re.compile(r"(\w+)(?:Connection|Edge)")
BEFORE_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def fill_in_names(schema: GraphQLSchema) -> None:
    """Replaces the placeholders in the descriptions of types, fields, and arguments."""
    for type_ in schema.type_map.values():
        if isinstance(type_, (GraphQLObjectType, GraphQLInterfaceType)):
            of_type = _name_nodes(type_.name)
            type_.description = _fill_in(type_.description, of_type)
            for name, field in type_.fields.items():
                field.description = _fill_in(field.description, of_type)
                names = {"field": name} | _name_nodes(cast(Any, get_named_type(field.type)).name)
                for argument in field.args.values():
                    argument.description = _fill_in(argument.description, names)


def _name_nodes(type_name: str) -> dict[str, str]:
    """Names what a list contains: `webhook delivery`, for example, for its connection and edge."""
    match = LIST_TYPE.fullmatch(type_name)
    if match is None:
        return {}
    node = BEFORE_CAPITAL.sub(" ", match[1]).lower().replace("api ", "API ")
    nodes = f"{node[:-1]}ies" if node.endswith("y") and not node.endswith("key") else f"{node}s"
    return {"node": node, "nodes": nodes}


def _fill_in(description: str | None, names: Mapping[str, str]) -> str | None:
    for name, value in names.items():
        description = description and description.replace(f"{{{name}}}", value)
    return description
