"""Cursors and slices: what a client may ask of a page, and what a cursor is worth."""

import base64
from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Integer, String, column
from sqlalchemy.dialects import postgresql, sqlite

from models.errors.request import BadUserInput, LimitExceeded
from resolvers.lists.cursors import Order, Position, decode_cursor, encode_cursor, text_sort_key
from resolvers.lists.page_requests import PageArguments, PageRequest, make_page_request
from resolvers.lists.pages import AnyRow
from tests.support.api import SERVICE, Api, Caller
from tests.support.data.factories import Acme, a_member, an_organization

BY_ID = Order("things:id", column("id", String))
NAME = text_sort_key(column("name", String))
BY_NAME = Order("things:name", column("id", String), NAME)
BY_COUNT = Order("things:count", column("id", String), column("count", Integer))
KEYS = {BY_ID: None, BY_NAME: "ada", BY_COUNT: 7}

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
anything = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | text, st.lists)


def row(key: Any, id: str) -> AnyRow:
    return cast(AnyRow, SimpleNamespace(sort_key=key, id=id))


def cursor_of(*place: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(place)).decode().rstrip("=")


# ------------------------------------------------------------------------------------------ cursors


@given(key=text, id=text, parent=text)
def test_a_cursor_is_read_as_it_was_written(key: str, id: str, parent: str) -> None:
    assert decode_cursor(BY_NAME, encode_cursor(BY_NAME, row(key, id), parent)) == Position(
        parent, key, id
    )
    assert decode_cursor(BY_ID, encode_cursor(BY_ID, row(key, id), parent)) == Position(
        parent, None, id
    )


@given(key=st.integers(0, 2**31 - 1), id=text)
def test_a_cursor_keeps_a_number(key: int, id: str) -> None:
    assert decode_cursor(BY_COUNT, encode_cursor(BY_COUNT, row(key, id))) == Position("", key, id)


@pytest.mark.parametrize("order", KEYS, ids=lambda order: order.name)
@given(cursor=st.text())
def test_no_text_but_a_cursor_is_a_cursor(order: Order, cursor: str) -> None:
    with pytest.raises(BadUserInput):
        decode_cursor(order, cursor)


@pytest.mark.parametrize("order", KEYS, ids=lambda order: order.name)
@given(place=st.lists(anything, max_size=6) | anything)
def test_no_other_values_make_a_cursor(order: Order, place: Any) -> None:
    try:
        written = orjson.dumps(place)
    except TypeError:  # a number beyond 64 bits, which no JSON of ours holds
        return

    with pytest.raises(BadUserInput):
        decode_cursor(order, base64.urlsafe_b64encode(written).decode().rstrip("="))


@pytest.mark.parametrize("order", KEYS, ids=lambda order: order.name)
@pytest.mark.parametrize("other", KEYS, ids=lambda order: order.name)
def test_a_cursor_belongs_to_one_order(order: Order, other: Order) -> None:
    cursor = encode_cursor(order, row(KEYS[order], "thing_1"))

    if order is other:
        assert decode_cursor(other, cursor)
        return
    with pytest.raises(BadUserInput):
        decode_cursor(other, cursor)


GOOD = cursor_of("things:name", "", "ada", "thing_1")
EDITED = {
    "padded": f"{GOOD}=",
    "spaced": f" {GOOD}",
    "cut": GOOD[:-1],
    "in the other alphabet": cursor_of("things:name", "", "~~~", "thing_1")
    .replace("-", "+")
    .replace("_", "/"),
    "with JSON spelled otherwise": base64.urlsafe_b64encode(
        b'["things:name", "", "ada", "thing_1"]'
    ).decode(),
    "of an object": base64.urlsafe_b64encode(
        orjson.dumps({"things:name": 1, "": 2, "ada": 3, "x": 4})
    ).decode(),
    "of too few values": cursor_of("things:name", "", "ada"),
    "of too many values": cursor_of("things:name", "", "ada", "thing_1", "more"),
    "with a number for a text": cursor_of("things:name", "", 7, "thing_1"),
    "with a list for a text": cursor_of("things:name", "", ["ada"], "thing_1"),
    "without a key": cursor_of("things:name", "", None, "thing_1"),
    "with a number for an id": cursor_of("things:name", "", "ada", 1),
    "without an id": cursor_of("things:name", "", "ada", None),
    "with a number for a parent": cursor_of("things:name", 1, "ada", "thing_1"),
    "with NUL in the key": cursor_of("things:name", "", "a\x00", "thing_1"),
    "with NUL in the id": cursor_of("things:name", "", "ada", "\x00"),
    "bottomless": base64.urlsafe_b64encode(b"[" * 500 + b"]" * 500).decode().rstrip("="),
}
EDITED_NUMBERS = {
    "negative": -1,
    "larger than a column": 2**31,
    "larger than SQL": 2**63,
    "a truth value": True,
    "broken": 1.5,
    "a text": "7",
}


@pytest.mark.parametrize("cursor", EDITED.values(), ids=EDITED)
def test_an_edited_cursor_is_none(cursor: str) -> None:
    assert decode_cursor(BY_NAME, GOOD)

    with pytest.raises(BadUserInput):
        decode_cursor(BY_NAME, cursor)


@pytest.mark.parametrize("number", EDITED_NUMBERS.values(), ids=EDITED_NUMBERS)
def test_an_edited_number_is_refused(number: Any) -> None:
    assert decode_cursor(BY_COUNT, cursor_of("things:count", "", 7, "thing_1"))

    with pytest.raises(BadUserInput):
        decode_cursor(BY_COUNT, cursor_of("things:count", "", number, "thing_1"))


def test_a_name_is_sorted_by_code_point_whatever_the_locale_of_the_database() -> None:
    sql = {
        dialect: str(NAME.compile(dialect=dialect.dialect())) for dialect in (sqlite, postgresql)
    }

    assert sql[postgresql].startswith('lower(coalesce((name COLLATE "C"), ')
    assert sql[sqlite].startswith("lower(coalesce(name, ")


# ------------------------------------------------------------------------------------------- slices


@given(size=st.integers(0, 100))
def test_up_to_a_hundred_can_be_asked_for_from_either_end(size: int) -> None:
    assert make_page_request(BY_ID, PageArguments(first=size)) == PageRequest(size)
    assert make_page_request(BY_ID, PageArguments(last=size)) == PageRequest(size, backward=True)


def test_twenty_are_given_when_nothing_is_asked_for() -> None:
    assert make_page_request(BY_ID, PageArguments()) == PageRequest(20)


@given(size=st.integers(101))
def test_more_than_a_hundred_are_refused(size: int) -> None:
    for ends in ((size, None), (None, size)):
        with pytest.raises(LimitExceeded) as refused:
            make_page_request(BY_ID, PageArguments(first=ends[0], last=ends[1]))

        assert refused.value.extensions == {"limit": "page", "allowed": 100, "asked": size}


@given(size=st.integers(max_value=-1))
def test_less_than_none_is_refused(size: int) -> None:
    for ends in ((size, None), (None, size)):
        with pytest.raises(BadUserInput):
            make_page_request(BY_ID, PageArguments(first=ends[0], last=ends[1]))


@given(first=st.integers(), last=st.integers())
def test_both_ends_at_once_are_refused(first: int, last: int) -> None:
    with pytest.raises(BadUserInput):
        make_page_request(BY_ID, PageArguments(first=first, last=last))


# ------------------------------------------------------------------------------------ over the wire

MEMBERS = """query($id: ID!, $after: String, $before: String, $first: Int, $last: Int, $orderBy: MembershipOrder) {
  organization(by: { id: $id }) {
    memberships(first: $first, after: $after, last: $last, before: $before, orderBy: $orderBy) {
      edges { cursor } pageInfo { startCursor endCursor }
    } } }"""
ORGANIZATIONS = """query($after: String, $before: String, $orderBy: OrganizationOrder) {
  organizations(after: $after, before: $before, orderBy: $orderBy) { edges { cursor } } }"""
USERS = "query($after: String) { users(after: $after) { edges { cursor } } }"
MINE = "query($after: String) { viewer { memberships(after: $after) { edges { cursor } } } }"


async def members_cursor(api: Api, organization_id: str, by: Caller, **variables: Any) -> str:
    answer = await api.run(MEMBERS, {"id": organization_id, **variables}, by=by)
    return answer.data["organization"]["memberships"]["edges"][0]["cursor"]


async def test_a_cursor_of_another_list_is_refused(api: Api, acme: Acme) -> None:
    other = await an_organization(api, by=acme.admin, name="Other")
    of_acme = await members_cursor(api, acme.id, acme.admin)
    of_other = await members_cursor(api, other, acme.admin)
    mine = (await api.run(MINE, by=acme.admin)).data["viewer"]["memberships"]["edges"][0]["cursor"]
    organizations = (await api.run(ORGANIZATIONS, by=SERVICE)).data["organizations"]["edges"][0][
        "cursor"
    ]
    users = (await api.run(USERS, by=SERVICE)).data["users"]["edges"][0]["cursor"]

    assert (await api.run(MEMBERS, {"id": acme.id, "after": of_acme}, by=acme.admin)).data
    for cursor in (of_other, mine, organizations, users):
        for end in ("after", "before"):
            answer = await api.run(MEMBERS, {"id": acme.id, end: cursor}, by=acme.admin)
            assert (answer.code, answer.body["data"]) == (
                "BAD_USER_INPUT",
                {"organization": {"memberships": None}},
            )
    for document, cursor in (
        (ORGANIZATIONS, users),
        (USERS, organizations),
        (ORGANIZATIONS, of_acme),
    ):
        assert (await api.run(document, {"after": cursor}, by=SERVICE)).code == "BAD_USER_INPUT"
    assert (await api.run(MINE, {"after": of_acme}, by=acme.admin)).code == "BAD_USER_INPUT"


async def test_a_cursor_of_another_order_is_refused(api: Api, acme: Acme) -> None:
    by_name = {"field": "FIRST_NAME", "direction": "ASC"}
    orders = [
        None,
        {"direction": "ASC"},
        {"field": "LAST_NAME", "direction": "ASC"},
        {**by_name, "direction": "DESC"},
    ]
    cursor = await members_cursor(api, acme.id, acme.admin, orderBy=by_name)

    assert (
        await api.run(MEMBERS, {"id": acme.id, "after": cursor, "orderBy": by_name}, by=acme.admin)
    ).data
    for order in orders:
        answer = await api.run(
            MEMBERS, {"id": acme.id, "after": cursor, "orderBy": order}, by=acme.admin
        )
        assert answer.code == "BAD_USER_INPUT", order


async def test_an_edited_cursor_reaches_no_database(api: Api, acme: Acme) -> None:
    by_count = {"field": "MEMBERS_COUNT", "direction": "DESC"}
    cursors = [
        cursor_of("organizations:MEMBERS_COUNT:desc", "", value, acme.id)
        for value in EDITED_NUMBERS.values()
    ]
    good = cursor_of("organizations:MEMBERS_COUNT:desc", "", 7, acme.id)

    assert (await api.run(ORGANIZATIONS, {"after": good, "orderBy": by_count}, by=SERVICE)).data
    for cursor in [*cursors, *EDITED.values(), "", "null", "' OR 1=1 --"]:
        answer = await api.run(ORGANIZATIONS, {"after": cursor, "orderBy": by_count}, by=SERVICE)
        assert (answer.code, answer.body["data"]) == ("BAD_USER_INPUT", {"organizations": None}), (
            cursor
        )


async def test_a_cursor_of_a_row_that_is_gone_is_still_a_place(api: Api, acme: Acme) -> None:
    joined = await a_member(api, acme.id, "late@example.com")
    cursor = await members_cursor(api, acme.id, acme.admin)

    await api.mutate(
        "removeMembership", {"organizationId": acme.id, "userId": joined.id}, by=acme.admin
    )

    rest = (await api.run(MEMBERS, {"id": acme.id, "after": cursor}, by=acme.admin)).data
    assert len(rest["organization"]["memberships"]["edges"]) == 2


async def test_a_cursor_gives_no_way_in(api: Api, acme: Acme) -> None:
    cursor = await members_cursor(api, acme.id, acme.admin)

    answer = await api.run(MEMBERS, {"id": acme.id, "after": cursor}, by=acme.outsider)

    assert answer.data == {"organization": None}


async def test_page_sizes_are_checked_over_the_wire(api: Api, acme: Acme) -> None:
    asked = {
        "LIMIT_EXCEEDED": [{"first": 101}, {"last": 101}, {"first": 2**31 - 1}],
        "BAD_USER_INPUT": [{"first": -1}, {"last": -1}, {"first": 1, "last": 1}, {"first": 2**31}],
    }

    for code, sizes in asked.items():
        for size in sizes:
            assert (await api.run(MEMBERS, {"id": acme.id, **size}, by=acme.admin)).code == code, (
                size
            )
    answer = await api.run(MEMBERS, {"id": acme.id, "first": 500}, by=acme.admin)
    extensions = {"code": "LIMIT_EXCEEDED", "limit": "page", "allowed": 100, "asked": 500}
    assert (answer.error["extensions"], answer.body["data"]) == (
        extensions,
        {"organization": {"memberships": None}},
    )
