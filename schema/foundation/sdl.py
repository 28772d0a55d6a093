"""The schema as text: sorted, so that a change of
the API is a small diff of `graphql/schema.graphql`.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from graphql import (
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    Node,
    ObjectTypeDefinitionNode,
    Visitor,
    parse,
    print_ast,
    specified_directives,
    visit,
)
from strawberry import Schema

BUILT_IN = {directive.name for directive in specified_directives}

N = TypeVar("N", bound=Node)


def _by_name(nodes: Iterable[N] | None) -> tuple[N, ...]:
    return tuple(sorted(nodes or (), key=lambda node: node.name.value))  # pyright: ignore[reportAttributeAccessIssue, reportUnknownLambdaType, reportUnknownMemberType]


class _Sorted(Visitor):
    """Sorts everything that has a name within what holds it."""

    def leave(self, node: Node, *_: object) -> Node | None:
        match node:
            case (
                ObjectTypeDefinitionNode()
                | InterfaceTypeDefinitionNode()
                | InputObjectTypeDefinitionNode()
            ):
                return replace(node, fields=_by_name(node.fields))
            case EnumTypeDefinitionNode():
                return replace(node, values=_by_name(node.values))
            case FieldDefinitionNode() | DirectiveDefinitionNode():
                return replace(node, arguments=_by_name(node.arguments))
            case _:
                return None


def sdl(schema: Schema) -> str:
    """Prints the sorted SDL, with its directives."""
    document: DocumentNode = visit(parse(schema.as_str()), _Sorted())
    own = [
        node
        for node in document.definitions
        if (name := getattr(node, "name", None)) and name.value not in BUILT_IN
    ]
    return print_ast(DocumentNode(definitions=_by_name(own))) + "\n"
