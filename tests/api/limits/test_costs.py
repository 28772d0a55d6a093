"""What a document costs: the entries that can come, as the sizes of their pages multiply."""

import time
from typing import Any

import pytest

from schema import get_schema
from schema.execution.documents import KEPT_SIZES
from schema.execution.limits import SATURATED
from tests.api.limits.test_limits import PAGES, WIDE, documents, exceeding, find_excess, read


def get_cost(text: str, variables: dict[str, Any] | None = None) -> int:
    """The cost that is reported when none is allowed."""
    excess = find_excess(documents(cost=0).read(text, None, variables))
    assert excess["limit"] == "cost"
    return excess["asked"]


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        # Fields: a tenth each, rounded up.
        ("{ viewer { user { id } } }", 1),
        ("{ organizations(first: 0) { nodes { id } } }", 1),
        # 100 entries, and two fields of each.
        ("{ organizations(first: 100) { nodes { id } } }", 121),
        ("{ organizations(last: 50) { nodes { id } } }", 61),
        # 20 entries if no number is given.
        ("{ organizations { nodes { id } } }", 25),
        ("{ organizations(first: null) { nodes { id } } }", 25),
        # Larger than a page can be: the list rejects it.
        ("{ organizations(first: 1000000) { nodes { id } } }", 121),
        ("{ organizations(first: -5) { nodes { id } } }", 1),
        # What an offset skips is read too: a hundred of them like one that is returned.
        ("{ organizations(first: 0, offset: 10000) { nodes { id } } }", 101),
        ("{ organizations(first: 100, offset: 250) { nodes { id } } }", 123),
        ("{ organizations(first: 0, offset: 1000000) { nodes { id } } }", 101),
        ("{ organizations(first: 0, offset: -5) { nodes { id } } }", 1),
        # What is asked for by ID, and lists without pages.
        ('{ nodes(ids: ["a", "b", "c"]) { id } }', 4),
        ('{ nodes(ids: "a") { id } }', 2),
        ("{ roles { key } }", 12),
        # More IDs than a request can have, which the field rejects.
        pytest.param(f"{{ nodes(ids: {['a'] * 101}) {{ id }} }}".replace("'", '"'), 111, id="101"),
        # A list of scalars is one field.
        ("{ instance { allowedRedirectOrigins } }", 1),
        # An inline fragment has the type of its condition, or else of what surrounds it.
        ("{ ... { organizations(first: 100) { nodes { id } } } }", 121),
        (
            '{ node(id: "a") { ... on Organization { memberships(first: 100) { nodes { id } } } } }',
            121,
        ),
        # Lists of introspection are shorter.
        ('{ __type(name: "User") { fields { name } } }', 3),
    ],
)
def test_a_cost_is_the_entries_that_may_come_and_a_tenth_for_each_field(
    text: str, cost: int
) -> None:
    assert get_cost(text) == cost


def test_all_types_of_the_schema_can_come() -> None:
    types = len(get_schema()._schema.type_map)  # pyright: ignore[reportPrivateUsage]

    assert get_cost("{ __schema { types { name } } }") == -(-(2 + types * 11) // 10)


# A whole number is one however it is written; what is no page size is left to the list.
@pytest.mark.parametrize(("first", "cost"), [(100, 121), (100.0, 121), (1.5, 25), ("x", 25)])
def test_a_page_has_the_size_of_a_variable(first: object, cost: int) -> None:
    text = "query($n: Int) { organizations(first: $n) { nodes { id } } }"

    assert get_cost(text, {"n": first}) == cost


def test_the_sizes_of_pages_multiply() -> None:
    fields = ["nodes", "id", "createdAt", "updatedAt", "user", "id", "firstName", "lastName"]
    fields += ["role", "key", "name"]
    tenths = 1 + 100 * (10 + 1 + 1 + 100 * (10 + len(fields)))

    assert read(PAGES.replace("20", "100")) == {}
    assert read(WIDE.replace("20", "100")) == exceeding("cost", 20_000, -(-tenths // 10))


def test_a_cost_depends_on_the_variables() -> None:
    known = documents(cost=5_000)

    cheap = known.read(PAGES)
    dear = known.read(PAGES, None, {"first": 100})
    again = known.read(PAGES, None, {"first": 40})

    assert not cheap.errors
    assert find_excess(dear)["limit"] == "cost"
    assert again.tree is cheap.tree
    assert not again.errors
    assert find_excess(known.read(PAGES, "Pages", {"first": 100})) == find_excess(dear)


def test_an_operation_is_measured_once_for_each_size_of_its_pages() -> None:
    known, text = documents(), "query($n: Int) { organizations(first: $n) { nodes { id } } }"

    assert known.read(text, None, {"n": 5}) is known.read(text, None, {"n": 5})
    found = [known.read(text, None, {"n": n}).get_size(None) for n in range(2 * KEPT_SIZES + 1)]
    assert len({size.cost for size in found if size}) == 2 * KEPT_SIZES + 1
    assert len(known.kept[text].measured) <= KEPT_SIZES


def test_only_the_sizes_that_are_asked_for_count() -> None:
    pages = "memberships(first: $n) { nodes { organization { %s } } }"
    text = f"query($n: Int) {{ viewer {{ user {{ {pages % (pages % 'id')} }} }} }}"
    known = documents(cost=300)

    assert not known.read(text, None, {"n": 2}).errors
    assert find_excess(known.read(text))["limit"] == "cost"
    assert find_excess(known.read(text, None, {"n": 100}))["limit"] == "cost"


def test_a_fragment_that_is_spread_twice_costs_twice() -> None:
    once = "{ organizations(first: 10) { nodes { ...A } } } fragment A on Organization { %s }"
    page = "memberships(first: 10) { nodes { id } }"

    assert (
        get_cost(once % page)
        < get_cost((once % page).replace("...A", "...A ...A", 1))
        <= 2 * get_cost(once % page)
    )


# -------------------------------------------------------------------------------- time and memory


def double(selection: str, type_: str) -> str:
    """Fragments that select 2^150 times what the last one selects; the first one is f0."""
    doubling = [
        f"fragment f{number} on {type_} {{ ...f{number + 1} ...f{number + 1} }}"
        for number in range(150)
    ]
    return " ".join([*doubling, f"fragment f150 on {type_} {{ {selection} }}"])


def test_doubling_fragments_are_measured_in_the_time_that_they_take_to_read() -> None:
    text = "{ ...f0 }" + double("viewer { user { id } }", "Query")
    started = time.process_time()

    excess = read(text)

    assert excess["limit"] == "cost"
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("text", "limit", "asked"),
    [
        ("{ ...f0 }" + double("viewer { user { id } }", "Query"), "cost", SATURATED // 10),
        (
            "{ organizations(first: 100) { nodes { ...f0 } } }" + double("id", "Organization"),
            "cost",
            SATURATED // 10,
        ),
        ("{ ...f0 }" + double("a: viewer { user { id } }", "Query"), "aliases", SATURATED),
        ("mutation { ...f0 }" + double("endSession", "Mutation"), "root_fields", SATURATED),
    ],
    ids=["fields", "pages", "aliases", "root fields"],
)
def test_the_number_of_a_doubling_document_is_one_that_a_client_can_read(
    text: str, limit: str, asked: int
) -> None:
    limits = {"cost": SATURATED} if limit == "root_fields" else {}

    document = documents(**limits).read(text)

    assert find_excess(document)["asked"] == asked
    assert document.errors[0].message.endswith(f"This one has {asked:,}.")
