"""The API reference, generated from the schema: a section for each operation and type."""

from collections.abc import Iterator, Mapping

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
    Undefined,
    ValueNode,
    ast_from_value,
    build_schema,
    get_named_type,
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
    schema = build_schema(sdl)
    sections: dict[str, list[str]] = {page: [] for page in TITLES}
    for name, page in OPERATIONS.items():
        for field_name, field in sorted(get_fields(schema.type_map[name]).items()):
            sections[page].append(describe_operation(field_name, field))
    for name, kind in sorted(schema.type_map.items()):
        if not name.startswith("__") and name not in OPERATIONS and name not in BUILT_IN:
            sections[find_page(kind)].append(describe_type(kind, schema))
    yield "index", make_index(schema)
    for page, (title, lead) in TITLES.items():
        yield page, f"# {title}\n\n{lead}\n\n" + "\n\n".join(sections[page]) + "\n"


def make_index(schema: GraphQLSchema) -> str:
    """Returns the page that lists all operations, with a sentence for each."""
    parts = [
        "# API reference\n\nThis reference is generated from"
        " [the schema](../../files/graphql/schema.graphql). [Call the API](../../guides/calls.md)"
        " explains how requests are sent, and [Errors](../../errors.md) what can go wrong.\n"
    ]
    for name, page in OPERATIONS.items():
        parts.append(f"## {TITLES[page][0]}\n\n| | |\n|---|---|")
        for field_name, field in sorted(get_fields(schema.type_map[name]).items()):
            sentence = to_cell(field.description).split(". ")[0].removesuffix(".")
            parts.append(f"| [`{field_name}`]({page}.md#{field_name.lower()}) | {sentence}. |")
        parts.append("")
    return "\n".join(parts)


def get_fields(kind: GraphQLNamedType) -> Mapping[str, GraphQLField]:
    assert isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
    return kind.fields


def find_page(kind: GraphQLNamedType) -> str:
    if isinstance(kind, GraphQLInputObjectType):
        return "inputs"
    return "enums" if isinstance(kind, GraphQLEnumType | GraphQLScalarType) else "objects"


def to_cell(description: str | None) -> str:
    return " ".join((description or "").split()).replace("|", "\\|")


def describe_operation(name: str, field: GraphQLField) -> str:
    parts = [f"## {name}", field.description or ""]
    if callers := describe_callers(field):
        parts.append(f"*For {callers}.*")
    parts.append(f"Returns {to_link(field.type)}.")
    if field.args:
        parts.append(make_table("argument", field.args))
    return "\n\n".join(parts)


def describe_callers(field: GraphQLField) -> str:
    """Returns who can select a field, as its directive says."""
    nodes = (field.ast_node and field.ast_node.directives) or ()
    for directive in nodes:
        if directive.name.value == "requires":
            values = {node.name.value: read_text(node.value) for node in directive.arguments or ()}
            callers = CALLERS[values.get("actor", "ANY")]
            permission = values.get("permission")
            return f"{callers} with `{permission}`" if permission else callers
    return ""


def read_text(node: ValueNode) -> str:
    return print_ast(node).strip('"')


def describe_type(kind: GraphQLNamedType, schema: GraphQLSchema) -> str:
    parts = [f"## {kind.name}", kind.description or ""]
    if isinstance(kind, GraphQLObjectType) and kind.interfaces:
        parts.append(f"Implements {', '.join(map(to_link, kind.interfaces))}.")
    if isinstance(kind, GraphQLInterfaceType):
        types = schema.get_implementations(kind).objects
        parts.append(f"Implemented by {', '.join(map(to_link, sorted(types, key=str)))}.")
    if isinstance(kind, GraphQLInputObjectType):
        if kind.is_one_of:
            parts.append("Exactly one of the fields must be given.")
        parts.append(make_table("field", kind.fields))
    elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        parts.append(make_field_table(kind.fields))
    elif isinstance(kind, GraphQLEnumType):
        rows = [
            f"| `{name}` | {to_cell(value.description)} |" for name, value in kind.values.items()
        ]
        parts.append("\n".join(["| value | |", "|---|---|", *rows]))
    return "\n\n".join(parts)


def make_field_table(fields: Mapping[str, GraphQLField]) -> str:
    rows = ["| field | type | |", "|---|---|---|"]
    for name, field in fields.items():
        arguments = ", ".join(
            f"`{argument}`: {to_link(given.type)}" for argument, given in field.args.items()
        )
        text = to_cell(field.description)
        if arguments:
            text += f"<br>Arguments: {arguments}"
        if callers := describe_callers(field):
            text += f"<br>*For {callers}.*"
        if field.deprecation_reason:
            text += f"<br>**Deprecated:** {to_cell(field.deprecation_reason)}"
        rows.append(f"| `{name}` | {to_link(field.type)} | {text} |")
    return "\n".join(rows)


def make_table(
    title: str, values: Mapping[str, GraphQLArgument] | Mapping[str, GraphQLInputField]
) -> str:
    rows = [f"| {title} | type | |", "|---|---|---|"]
    for name, value in values.items():
        text = to_cell(value.description)
        if value.default_value is not Undefined and value.default_value is not None:
            default = ast_from_value(value.default_value, value.type)
            text += f"<br>Default: `{print_ast(default) if default else 'null'}`"
        rows.append(f"| `{name}` | {to_link(value.type)} | {text} |")
    return "\n".join(rows)


def to_link(kind: object) -> str:
    """Returns a type, such as `[Role!]!`, with a link to its section."""
    named = get_named_type(kind)  # pyright: ignore[reportCallIssue, reportArgumentType]
    text = f"`{kind}`"
    if named.name in BUILT_IN:
        return text
    return f"[{text}]({find_page(named)}.md#{named.name.lower()})"
