"""Every argument and every input field at its ends: no value, however odd, is a fault of ours.

The schema is walked, so that an argument that is added is tried as well.
"""

# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false

import json
import re
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)

from schema import get_schema
from schema.execution.arguments import FILTER_VALUES, LIST_LENGTH, TEXT_LENGTH
from tests.support.api import JSON, SERVICE, Api, Caller
from tests.support.data.factories import Acme
from tests.support.subscriptions import begin_stream

TYPES: Any = get_schema()._schema.type_map  # pyright: ignore[reportPrivateUsage]
# How to reach the fields with arguments of a type; `%s` is such a field.
PARENTS = {
    "Query": "%s",
    "Mutation": "%s",
    "Organization": "organization(by: { id: $organization }) { %s }",
    "User": "user(id: $user) { %s }",
    "Viewer": "viewer { %s }",
    "WebhookEndpoint": "webhookEndpoints { %s }",
    "Subscription": "%s",
}
KINDS = {"Mutation": "mutation", "Subscription": "subscription"}
ONE_OF = {"OrganizationBy", "AcceptInvitationInput"}
# Words of Python and of the libraries, which mean nothing to a client.
PYTHON = re.compile(
    r"Maybe\[|NoneType|\bNone\b|\bTrue\b|\bFalse\b|\bdict\b|\bstr\b|\bint\b|\bbool\b|\btuple\b"
    r"|\b(nan|inf)\b|list indices|Expected type|'\w+' object|object at 0x|[a-z]+\.[A-Z]\w+Error"
    r"|\b(Type|Value|Key|Attribute|Recursion|Overflow|Unicode\w*)Error|codec|datetime|isoformat"
)


class Name(str):
    """An enum value, which a literal writes without quotes."""

    __slots__ = ()


@dataclass(frozen=True)
class Place:
    """An argument of a field, or a field of its input, at any depth."""

    parent: str
    field: str
    path: tuple[str, ...]
    type: Any
    is_required: bool

    def __str__(self) -> str:
        return ".".join((self.parent, self.field, *self.path))


def walk_inputs(
    type_: Any, required: bool, at: tuple[str, ...], parent: str, field: str
) -> Iterator[Place]:
    yield Place(parent, field, at, type_, required)
    named = get_named_type(type_)
    if isinstance(named, GraphQLInputObjectType):
        for name, inner in named.fields.items():
            needed = is_required_input_field(inner)
            yield from walk_inputs(inner.type, needed, (*at, name), parent, field)


def walk_schema() -> Iterator[Place]:
    for type_ in TYPES.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            for name, field in type_.fields.items():
                for key, argument in field.args.items():
                    required = is_required_argument(argument)
                    yield from walk_inputs(argument.type, required, (key,), type_.name, name)


PLACES = list(walk_schema())
# The first place of each type. What no place of the type accepts, and how a literal is read, depends
# on the type alone.
FIRST_PLACES = set(
    {
        (place.parent, len(place.path) > 1, str(place.type)): place for place in reversed(PLACES)
    }.values()
)

# What databases read differently, or refuse.
ODD_TEXTS: list[Any] = [
    *("", "a", "\n", "%_\\", "'; --", "\0", "a\0b", "\ud800", "😀" * 256, "\uffff"),
    "x" * TEXT_LENGTH,
]
TEXTS: list[Any] = [
    *(" ", "é" * 100, "\u2028", "\u202e", "=?utf-8?q?=0A?=", "x" * (TEXT_LENGTH + 1)),
    *("x" * 64, "x" * 65, "x" * 256, "x" * 257, "x" * 60_000, "ß" * 60_000, "a " * 128),
    *ODD_TEXTS,
]
EMPTY: list[Any] = [None, [], {}]
WRONG: list[Any] = [5, -1.5, True, ["a"], [[]], {"a": 1}, "", "nothing"]
# A value that exceeds the limit by more than this is the same case as one that exceeds it by one.
MUCH = 100
INTEGERS: list[Any] = [0, 1, -1, 101, 2**31 - 1, -(2**31), 2**31, 2**63, 10**400, 1.5, 1e300]
TIMES: list[Any] = [
    *("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "0000-01-01T00:00:00Z"),
    *("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:60Z"),
    *("2026-11-21t09:30:00z", "2026-W47-6T09:30:00Z", "2026-11-21", "2026-11-21T09:30:00"),
    *("x" * 60_000, "2026-11-21T09:30:00." + "1" * 1_000 + "Z", "\0", "\ud800"),
]
OBJECTS: list[Any] = [
    *({}, {"a": "x" * 60_000}, {"a" * 60_000: 1}, {"a": 2**53}, {"a": 10**400}, {"\0": 1}),
    *({"a": "\ud800"}, {"a": -0.0}, {"a": [0] * 10_000}, {"": {"": {"": None}}}),
    json.loads('{"a":' * 60 + "1" + "}" * 60),
]


def ends_of(type_: Any, sample: Any) -> list[Any]:
    match type_.of_type if isinstance(type_, GraphQLNonNull) else type_:
        case GraphQLList():
            ends = (FILTER_VALUES, FILTER_VALUES + 1, LIST_LENGTH, LIST_LENGTH + 1, 2 * LIST_LENGTH)
            return [*([sample] * size for size in ends), [None], [sample, sample]]
        case GraphQLEnumType() as kind:
            return [Name("NOPE"), *map(Name, kind.values)]
        case GraphQLInputObjectType():
            return [{"unknown": 1}]
        case other:
            ends = {"Int": INTEGERS, "Boolean": [False], "DateTime": TIMES, "JSONObject": OBJECTS}
            return ends.get(str(other), TEXTS)


def is_too_long(value: Any, by: int = 0) -> bool:
    """Whether the value is longer than any argument may be, by more than so many characters or entries."""
    match value:
        case str():
            return len(value) > TEXT_LENGTH + by
        case list():
            return len(value) > LIST_LENGTH + by  # pyright: ignore[reportUnknownArgumentType]
        case _:
            return False


def literal(value: Any) -> str:
    """A value as a document writes it."""
    match value:
        case Name():
            return str(value)
        case dict():
            keyed = (f"{key}: {literal(inner)}" for key, inner in value.items())
            return "{" + ", ".join(keyed) + "}"
        case list():
            return "[" + ", ".join(map(literal, value)) + "]"
        case _:
            return json.dumps(value)


class Walker:
    """Sends documents in which one place has a certain value, and all others fine ones."""

    def __init__(self, api: Api, acme: Acme, known: dict[str, Any]) -> None:
        self.api, self.acme, self.known = api, acme, known

    def sample(self, name: str, type_: Any) -> Any:
        """A fine value for an argument or an input field."""
        if isinstance(type_, GraphQLNonNull):
            return self.sample(name, type_.of_type)
        if isinstance(type_, GraphQLList):
            return [self.sample(name, type_.of_type)]
        if isinstance(type_, GraphQLInputObjectType):
            if type_.name in ONE_OF:
                return {"id": self.known["id"]}
            return {
                key: self.sample(key, field.type)
                for key, field in type_.fields.items()
                if is_required_input_field(field)
            }
        if isinstance(type_, GraphQLEnumType):
            return Name(next(iter(type_.values)))
        plain = {"Int": 1, "Boolean": True, "JSONObject": {}, "DateTime": "2026-11-21T09:30:00Z"}
        return plain.get(str(type_), self.known.get(name, "org:member"))

    def arguments(self, place: Place, value: Any) -> JSON:
        field = TYPES[place.parent].fields[place.field]
        given = {
            key: self.sample(key, argument.type)
            for key, argument in field.args.items()
            if is_required_argument(argument)
        }
        self.put(given, {key: argument.type for key, argument in field.args.items()}, place, value)
        return given

    def put(self, given: JSON, types: dict[str, Any], place: Place, value: Any) -> None:
        """Sets the value at its path; objects and lists on the way are made where they lack."""
        *way, last = place.path
        for key in way:
            named: Any = get_named_type(types[key])
            is_many = isinstance(getattr(types[key], "of_type", types[key]), GraphQLList)
            is_many = is_many or isinstance(types[key], GraphQLList)
            inner = {} if named.name in ONE_OF else self.sample(key, named)
            given[key] = [inner] if is_many else inner
            given, types = inner, {name: field.type for name, field in named.fields.items()}
        given[last] = value

    def values(self, place: Place) -> list[Any]:
        """What to try: the ends of the type, and what is not of the type at all.

        The latter is rejected before the field is known, so one place of the type is enough for it,
        and for what is much too long. What is too long is rejected before any statement runs, and most
        texts mean the same to each database, so one is enough for them.
        """
        ends = ends_of(place.type, self.sample(place.path[-1], _entry(place.type)))
        if not self.api.store.is_sqlite:
            ends = ODD_TEXTS if ends is TEXTS else ends
            return [*EMPTY, *(end for end in ends if not is_too_long(end))]
        if place in FIRST_PLACES:
            return [*EMPTY, *WRONG, *ends]
        return [*EMPTY, *(end for end in ends if not is_too_long(end, by=MUCH))]

    def document(self, place: Place, arguments: str, variables: str) -> str:
        field = TYPES[place.parent].fields[place.field]
        selection = "" if is_leaf_type(get_named_type(field.type)) else "{ __typename }"
        if place.parent == "Mutation":
            selection = "{ cursor userErrors { code message field meta } }"
        head = KINDS.get(place.parent, "query")
        parent = PARENTS[place.parent].replace("$organization", json.dumps(self.acme.id))
        parent = parent.replace("$user", json.dumps(self.acme.member.id))
        declared = f"({variables})" if variables else ""
        return f"{head}{declared} {{ {parent % f'{place.field}({arguments}) {selection}'} }}"

    def requests(self, place: Place, value: Any) -> Iterator[JSON]:
        """The value as the variables of the field's arguments, and in the document.

        How a document is read doesn't depend on the database.
        """
        given = self.arguments(place, value)
        if place in FIRST_PLACES and self.api.store.is_sqlite:
            written = ", ".join(f"{key}: {literal(inner)}" for key, inner in given.items())
            yield {"query": self.document(place, written, "")}
        field: Any = TYPES[place.parent].fields[place.field]
        declared = ", ".join(f"${key}: {field.args[key].type}" for key in given)
        passed = ", ".join(f"{key}: ${key}" for key in given)
        yield {"query": self.document(place, passed, declared), "variables": given}

    def caller(self, place: Place) -> Caller:
        """Who may call it: an administrator where a secret key can't."""
        users_only = {"acceptInvitation", "declineInvitation", "leaveOrganization", "createSession"}
        users_only |= {
            "createSessionToken",
            "setActiveOrganization",
            "endSession",
            "acceptSuggestion",
        }
        users_only |= {"viewerMembershipChanged", "viewerEvents"}
        is_users = place.parent == "Viewer" or place.field in users_only
        return self.acme.admin if is_users else SERVICE

    async def find_faults(self, place: Place, value: Any) -> AsyncGenerator[str]:
        """Yields what must not happen: a fault of the server, or a word of Python."""
        for request in self.requests(place, value):
            # Not by httpx, which can't write a lone surrogate.
            content = json.dumps(request).encode()
            status, body = await self.send(place, content, self.caller(place).authorization or "")
            errors: list[JSON] = [*body.get("errors", ())]
            if place.parent == "Mutation":
                payload: JSON = (body.get("data") or {}).get(place.field) or {}
                errors += payload.get("userErrors") or ()
            is_ours = any(error.get("extensions", error)["code"] == "INTERNAL" for error in errors)
            messages = " ".join(error["message"] for error in errors)
            if status >= 500 or is_ours or PYTHON.search(messages + " "):
                yield f"{place} = {str(value)[:60]!a}: {status} {messages[:300]!a}"

    async def send(self, place: Place, content: bytes, authorization: str) -> tuple[int, JSON]:
        headers = {"authorization": authorization, "content-type": "application/json"}
        if place.parent == "Subscription":
            return await begin_stream(self.api, content, headers)
        response = await self.api.client.post("/graphql", content=content, headers=headers)
        return response.status_code, response.json()


@pytest.fixture
async def walker(api: Api, acme: Acme) -> Walker:
    endpoint = await api.mutate(
        "createWebhookEndpoint",
        {"url": "https://hooks.example.com/a"},
        "webhookEndpoint { id }",
        by=SERVICE,
    )
    session = await api.mutate("createSession", {}, "session { id }", by=acme.admin)
    known = {
        **{"organizationId": acme.id, "id": acme.id, "userId": acme.member.id},
        **{"emailAddress": "new@example.com", "url": "https://hooks.example.com/b"},
        **{"webhookEndpointId": endpoint.payload["webhookEndpoint"]["id"]},
        **{"sessionId": session.payload["session"]["id"], "roleSet": "role_set:primary"},
        **{"query": "ada", "name": "A name"},
    }
    return Walker(api, acme, known)


def test_every_argument_can_be_reached() -> None:
    assert {place.parent for place in PLACES} == {*PARENTS}


def group_of(place: Place) -> str:
    """What is tried on one database: a mutation, or all fields of a type that only read."""
    return place.field if place.parent == "Mutation" else place.parent


@pytest.mark.both_databases
@pytest.mark.slow
@pytest.mark.parametrize("group", sorted(set(map(group_of, PLACES))))
async def test_no_value_of_an_argument_is_a_fault_of_the_server(walker: Walker, group: str) -> None:
    faults = [
        fault
        for place in PLACES
        if group_of(place) == group
        for value in walker.values(place)
        async for fault in walker.find_faults(place, value)
    ]

    assert not faults, "\n".join(faults)


def _entry(type_: Any) -> Any:
    """The type of a list's entries; another type as it is."""
    inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    return inner.of_type if isinstance(inner, GraphQLList) else type_
