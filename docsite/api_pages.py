"""The API reference, generated from the schema: a section for each operation and type."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    build_schema,
    print_ast,
)

OPERATIONS = {"Query": "queries", "Mutation": "mutations", "Subscription": "subscriptions"}
BUILT_IN = {"Boolean", "Float", "ID", "Int", "String"}
TITLES = {
    "queries": ("Queries", "Fields of `Query`. A request can select several of them."),
    "mutations": (
        "Mutations",
        "Fields of `Mutation`. Each has one argument, `input`, and a payload with `userErrors`.",
    ),
    "subscriptions": ("Subscriptions", "Fields of `Subscription`. A request selects one of them."),
    "objects": ("Objects and interfaces", "Types of what the API returns."),
    "inputs": (
        "Inputs",
        "Types of arguments. A field that has no `!`, or has a default, is optional.",
    ),
    "enums": ("Enums and scalars", "Types of single values."),
}
CALLERS = {
    "ANY": "users and secret keys",
    "USER": "users",
    "SERVICE": "secret keys",
}


def make_api_pages(sdl: str) -> Iterator[tuple[str, str]]:
    """Yields the name and the text of each page."""
    reference = Reference(build_schema(sdl))
    yield "index", reference.make_index()
    for page, (title, lead) in TITLES.items():
        sections = "\n\n".join(reference.describe_page(page))
        yield page, f"# {title}\n\n{lead}\n\n{sections}\n"


def find_page(kind: GraphQLNamedType) -> str:
    if isinstance(kind, GraphQLInputObjectType):
        return "inputs"
    return "enums" if isinstance(kind, GraphQLEnumType | GraphQLScalarType) else "objects"


def to_cell(description: str | None) -> str:
    return " ".join((description or "").split()).replace("|", "\\|")


def describe_callers(field: GraphQLField) -> str:
    """Returns who can select a field, as its directive says."""
    for directive in (field.ast_node and field.ast_node.directives) or ():
        if directive.name.value == "requires":
            values = {
                node.name.value: print_ast(node.value).strip('"')
                for node in directive.arguments or ()
            }
            callers = CALLERS[values.get("actor", "ANY")]
            permission = values.get("permission")
            return f"{callers} with `{permission}`" if permission else callers
    return ""


def get_type(value: GraphQLField | GraphQLArgument | GraphQLInputField) -> str:
    """Returns the type as the schema writes it, such as `[Role!]!`."""
    assert value.ast_node
    return print_ast(value.ast_node.type)


@dataclass(frozen=True)
class Reference:
    """A schema, and the sections that describe it."""

    schema: GraphQLSchema

    def get_fields(self, name: str) -> list[tuple[str, GraphQLField]]:
        kind = self.schema.type_map[name]
        assert isinstance(kind, GraphQLObjectType)
        return sorted(kind.fields.items())

    def make_index(self) -> str:
        """Returns the page that lists all operations, with a sentence for each."""
        parts = [
            "# API reference\n\nThis reference is generated from"
            " [the schema](../../files/graphql/schema.graphql). [Call the"
            " API](../../guides/calls.md) explains how requests are sent, and"
            " [Errors](../../errors.md) what can go wrong.\n"
        ]
        for name, page in OPERATIONS.items():
            parts.append(f"## {TITLES[page][0]}\n\n| | |\n|---|---|")
            for field_name, field in self.get_fields(name):
                sentence = to_cell(field.description).split(". ")[0].removesuffix(".")
                parts.append(f"| [`{field_name}`]({page}.md#{field_name.lower()}) | {sentence}. |")
            parts.append("")
        return "\n".join(parts)

    def describe_page(self, page: str) -> Iterator[str]:
        for name, operations in OPERATIONS.items():
            if operations == page:
                for field_name, field in self.get_fields(name):
                    yield self.describe_operation(field_name, field)
        for name, kind in sorted(self.schema.type_map.items()):
            is_ours = not name.startswith("__") and name not in BUILT_IN | OPERATIONS.keys()
            if is_ours and find_page(kind) == page:
                yield self.describe_type(kind)

    def describe_operation(self, name: str, field: GraphQLField) -> str:
        parts = [f"## {name}", field.description or ""]
        if callers := describe_callers(field):
            parts.append(f"*For {callers}.*")
        parts.append(f"Returns {self.to_link(get_type(field))}.")
        if field.args:
            parts.append(self.make_table("argument", field.args))
        return "\n\n".join(parts)

    def describe_type(self, kind: GraphQLNamedType) -> str:
        parts = [f"## {kind.name}", kind.description or ""]
        if isinstance(kind, GraphQLObjectType) and kind.interfaces:
            links = [self.to_link(interface.name) for interface in kind.interfaces]
            parts.append(f"Implements {', '.join(links)}.")
        if isinstance(kind, GraphQLInterfaceType):
            types = self.schema.get_implementations(kind).objects
            links = [self.to_link(name) for name in sorted(item.name for item in types)]
            parts.append(f"Implemented by {', '.join(links)}.")
        if isinstance(kind, GraphQLInputObjectType):
            if kind.is_one_of:
                parts.append("Exactly one of the fields must be given.")
            parts.append(self.make_table("field", kind.fields))
        elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            parts.append(self.make_field_table(kind.fields))
        elif isinstance(kind, GraphQLEnumType):
            values = [f"| `{n}` | {to_cell(v.description)} |" for n, v in kind.values.items()]
            parts.append("\n".join(["| value | |", "|---|---|", *values]))
        return "\n\n".join(parts)

    def make_field_table(self, fields: Mapping[str, GraphQLField]) -> str:
        rows = ["| field | type | |", "|---|---|---|"]
        for name, field in fields.items():
            arguments = [f"`{n}`: {self.to_link(get_type(v))}" for n, v in field.args.items()]
            text = to_cell(field.description)
            if arguments:
                text += f"<br>Arguments: {', '.join(arguments)}"
            if callers := describe_callers(field):
                text += f"<br>*For {callers}.*"
            if field.deprecation_reason:
                text += f"<br>**Deprecated:** {to_cell(field.deprecation_reason)}"
            rows.append(f"| `{name}` | {self.to_link(get_type(field))} | {text} |")
        return "\n".join(rows)

    def make_table(
        self,
        title: str,
        values: Mapping[str, GraphQLArgument] | Mapping[str, GraphQLInputField],
    ) -> str:
        rows = [f"| {title} | type | |", "|---|---|---|"]
        for name, value in values.items():
            text = to_cell(value.description)
            if value.ast_node and value.ast_node.default_value:
                text += f"<br>Default: `{print_ast(value.ast_node.default_value)}`"
            rows.append(f"| `{name}` | {self.to_link(get_type(value))} | {text} |")
        return "\n".join(rows)

    def to_link(self, text: str) -> str:
        """Returns a type with a link to its section."""
        name = text.strip("[]!")
        if name in BUILT_IN:
            return f"`{text}`"
        return f"[`{text}`]({find_page(self.schema.type_map[name])}.md#{name.lower()})"
