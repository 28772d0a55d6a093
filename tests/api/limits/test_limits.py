"""What a document can ask for: the most that passes, the least that is rejected, on every door."""

from typing import Any

import pytest
from graphql import get_introspection_query

from models.errors.request import LimitExceeded
from schema import get_schema
from schema.execution.documents import Document, Documents
from schema.execution.limits import WORD_LENGTH, DocumentLimits
from tests.support.api import NOBODY, OPERATIONS, SECRET_KEY, Api
from tests.support.http import ONLY_SQLITE
from tests.support.processes.commands import listening
from tests.support.subscriptions import a_connection, server_sent, server_sent_events

DEFAULTS = DocumentLimits()
PAGES = """query Pages($first: Int = 20) {
    organizations(first: $first) { nodes { memberships(first: 100) { nodes { id } } } }
}"""
WIDE = PAGES.replace(
    "nodes { id }",
    "nodes { id createdAt updatedAt user { id firstName lastName } role { key name } }",
)


def documents(**limits: int) -> Documents:
    return get_schema().make_documents(DocumentLimits(**limits))


def find_excess(document: Document) -> dict[str, Any]:
    """The extensions of the error that a limit has caused; empty for a document that passes."""
    causes = [error.original_error for error in document.errors]
    assert all(isinstance(cause, LimitExceeded) for cause in causes), document.errors
    return causes[0].extensions if isinstance(causes[0], LimitExceeded) else {}


def read(text: str, **limits: int) -> dict[str, Any]:
    document = documents(**limits).read(text)
    return find_excess(document) if document.errors else {}


def exceeding(limit: str, allowed: int, asked: int) -> dict[str, Any]:
    return {"limit": limit, "allowed": allowed, "asked": asked}


# ----------------------------------------------------------------------------------- of documents


ROAD = "viewer user memberships nodes organization viewerMembership organization viewerMembership"


def nest(names: list[str], wrap: str) -> str:
    """A document whose fields are nested in this order."""
    inner = ""
    for name in reversed(names):
        inner = wrap % (f"{name} {{ {inner} }}" if inner else name)
    return f"{{ {inner} }}"


@pytest.mark.parametrize("wrap", ["%s", "... { %s }", "... @include(if: true) { %s }"])
def test_fields_are_nested_ten_levels_deep_at_most(wrap: str) -> None:
    road = ROAD.split()

    assert read(nest([*road, "role", "key"], wrap)) == {}
    assert read(nest([*road, "organization", "createdBy", "id"], wrap)) == exceeding(
        "depth", 10, 11
    )


def test_levels_are_counted_through_fragments() -> None:
    def document(last: str) -> str:
        return f"""{{ viewer {{ user {{ memberships {{ nodes {{ ...A }} }} }} }} }}
            fragment A on Membership {{ organization {{ viewerMembership {{ ...B }} }} }}
            fragment B on Membership {{ organization {{ viewerMembership {{ {last} }} }} }}"""

    assert read(document("role { key }")) == {}
    assert read(document("organization { createdBy { id } }")) == exceeding("depth", 10, 11)


@pytest.mark.parametrize(
    "document",
    [
        "{ %s: __typename }",
        "{ %s }",
        "query %s { __typename }",
        "query($%s: Int) { __typename }",
        "query($a: %s) { __typename }",
        "{ users(%s: 1) { totalCount } }",
        "{ users(first: %s) { totalCount } }",
        "{ users @%s { totalCount } }",
        "{ ...%s }",
        "fragment %s on Query { __typename }",
        "{ ... on %s { __typename } }",
        "mutation { createOrganization(input: {%s: 1}) { cursor } }",
    ],
)
def test_the_length_of_every_name_is_limited(document: str) -> None:
    excess = exceeding("wordLength", WORD_LENGTH, WORD_LENGTH + 1)

    assert read(document % ("a" * (WORD_LENGTH + 1))) == excess
    # This may be invalid, but not for its length.
    assert "wordLength" not in str(documents().read(document % ("a" * WORD_LENGTH)).errors)


@pytest.mark.parametrize("number", ["9", "1.", "1e1", "-1"])
def test_the_length_of_a_number_is_limited(number: str) -> None:
    document = "query($a: JSONObject = {b: %s}) { users(first: %s) { totalCount } }"
    long = number + "9" * (WORD_LENGTH + 1 - len(number))

    assert read(document % (long, 1))["limit"] == "wordLength"
    assert read(document % ("{}", long))["limit"] == "wordLength"
    assert "wordLength" not in str(documents().read(document % (1, long[:-1])).errors)


def test_a_string_is_no_name() -> None:
    text = "a" * (WORD_LENGTH + 1)

    assert read(f'{{ users(query: "{text}") {{ totalCount }} }} # {text}') == {}


def alias(count: int, field: str = "__typename", prefix: str = "a") -> str:
    return " ".join(f"{prefix}{number}: {field}" for number in range(count))


@pytest.mark.parametrize(
    "document",
    [
        "{{ {0} }}",
        "{{ viewer {{ user {{ ... {{ {0} }} }} }} }}",
        "{{ ...A }} fragment A on Query {{ {0} }}",
        "query A {{ __typename }} query B {{ viewer {{ user {{ {0} }} }} }}",
    ],
)
def test_a_selection_set_has_fifteen_aliases_at_most(document: str) -> None:
    assert read(document.format(alias(15))) == {}
    assert read(document.format(alias(16))) == exceeding("aliases", 15, 16)


def test_aliases_of_one_selection_set_are_added_up_over_its_fragments() -> None:
    fragments = (
        f"fragment B on Query {{ {alias(5, prefix='b')} }}"
        f"fragment C on Query {{ {alias(10, prefix='c')} }}"
    )

    assert read(f"{{ ...B ...C }} {fragments}") == {}
    assert read(f"{{ d: __typename ...B ...C }} {fragments}") == exceeding("aliases", 15, 16)
    assert read(f"{{ ...B ...C ... {{ d: __typename }} }} {fragments}") == exceeding(
        "aliases", 15, 16
    )


def test_a_mutation_has_ten_fields_at_most() -> None:
    leave = 'leaveOrganization(input: {organizationId: "org_1"}) { cursor }'

    assert read(f"mutation {{ __typename {alias(10, leave)} }}") == {}
    assert read(f"mutation {{ {alias(11, leave)} }}") == exceeding("rootFields", 10, 11)
    assert read(
        f"mutation {{ {alias(6, leave)} ...A }} fragment A on Mutation {{ {alias(5, leave, 'b')} }}"
    ) == exceeding("rootFields", 10, 11)


def test_a_document_has_ten_operations_at_most() -> None:
    def document(count: int) -> str:
        return " ".join(f"query q{number} {{ __typename }}" for number in range(count))

    assert read(document(10)) == {}
    assert read(document(11)) == exceeding("operations", 10, 11)


@pytest.mark.parametrize(
    "document",
    [
        "{{ {0} }}",
        "{{ ...A }} fragment A on Query {{ {0} }}",
        "{{ viewer {{ user {{ {0} }} }} }}",
    ],
)
def test_an_operation_has_twenty_directives_at_most(document: str) -> None:
    def select(count: int) -> str:
        # Directives of fields, of inline fragments, and of what they hold.
        rest = "... @include(if: true) { __typename @skip(if: false) } " * (count // 2 - 1)
        return rest + "__typename @skip(if: false) " * (count - 2 * (count // 2 - 1))

    assert read(document.format(select(20))) == {}
    assert read(document.format(select(21))) == exceeding("directives", 20, 21)


@pytest.mark.parametrize(
    "document",
    [
        "query({1}) {{ {0} }}",
        "{{ {2} {0} }} fragment A on Query {{ __typename }}",
    ],
    ids=["of variables", "of spreads"],
)
def test_directives_of_variables_and_spreads_are_counted(document: str) -> None:
    def repeat(count: int) -> str:
        variables = " ".join(f"$v{number}: Int @skip(if: false)" for number in range(count))
        return document.format("__typename", variables, "...A @skip(if: false) " * count)

    # Whether a variable can have a directive is left to validation.
    errors = documents().read(repeat(20)).errors
    assert not any(isinstance(error.original_error, LimitExceeded) for error in errors)
    assert read(repeat(21)) == exceeding("directives", 20, 21)


@pytest.mark.parametrize(
    "text",
    [
        "{ ...A } fragment A on Query { ...A }",
        "{ ...A } fragment A on Query { ...B } fragment B on Query { viewer { user { id } } ...A }",
        "{ ...Missing }",
        "{ ...A } fragment A on Missing { id }",
        "{ missing { missing(first: 1) { missing } } }",
        "subscription { viewer { user { id } } }",
    ],
)
def test_what_is_invalid_is_left_to_validation(text: str) -> None:
    document = documents().read(text)

    assert document.errors
    assert not any(error.original_error for error in document.errors)


def test_our_own_documents_and_the_page_have_room_to_spare() -> None:
    half = {"depth": 9, "aliases": 5, "root_fields": 5, "operations": 5, "directives": 10}
    texts = [path.read_text() for path in OPERATIONS.glob("*.graphql")]

    assert len(texts) > 20
    assert [read(text, **half, cost=2_000) for text in texts] == [{}] * len(texts)
    assert read(get_introspection_query(), **half, cost=15_000) == {}


# ------------------------------------------------------------------------------------------- doors


@ONLY_SQLITE
async def test_every_door_has_the_same_limits(api: Api) -> None:
    key = {"authorization": f"Bearer {SECRET_KEY}"}
    text = "{ " + alias(16) + " }"
    by_post = await api.client.post("/graphql", json={"query": text}, headers=key)
    body = {"query": WIDE, "variables": {"first": 100}}
    dear = await api.client.post("/graphql", json=body, headers=key)
    async with listening(api.app) as port:
        async with a_connection(port) as socket:
            await socket.send(type="connection_init", payload=key)
            await socket.receive()
            await socket.subscribe(text)
            by_socket = await socket.refused()
        async with server_sent(port, NOBODY, text) as response:
            _, event = await anext(server_sent_events(response))

    expected = {"code": "LIMIT_EXCEEDED", **exceeding("aliases", 15, 16)}
    assert by_post.json()["errors"][0]["extensions"] == expected
    assert "data" not in by_post.json()
    assert by_socket == expected
    assert event["errors"][0]["extensions"] == expected
    assert dear.json()["errors"][0]["extensions"]["limit"] == "cost"
