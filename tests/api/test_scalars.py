"""Custom scalars: a literal and a variable give the same answer, and no number changes silently."""

# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.support.api import JSON, SERVICE, Answer, Api
from tests.support.data.factories import Acme
from tests.support.http import ONLY_SQLITE

EXAMPLES = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
SET = """mutation%s { updateOrganizationMetadata(
  input: { organizationId: "%s", mode: REPLACE, publicMetadata: %s }
) { organization { publicMetadata } userErrors { code } } }"""
REPLAY = """mutation%s { replayWebhookDeliveries(
  input: { webhookEndpointId: "endpoint_0", failedSince: %s }) { userErrors { code field } } }"""


def literal(value: Any) -> str:
    """A value as a document writes it."""
    if isinstance(value, dict):
        pairs: dict[str, Any] = value
        return "{" + ", ".join(f"{key}: {literal(inner)}" for key, inner in pairs.items()) + "}"
    if isinstance(value, list):
        entries: list[Any] = value
        return "[" + ", ".join(map(literal, entries)) + "]"
    return json.dumps(value)


def outcome(answer: Answer) -> Any:
    """The stored object, with its numbers as they are written; or that it was refused."""
    if "errors" in answer.body:
        refusals = {"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED", "LIMIT_EXCEEDED"}
        assert answer.error["extensions"]["code"] in refusals
        return "refused"
    return repr(answer.payload["organization"]["publicMetadata"])


async def set_all_ways(api: Api, acme: Acme, value: JSON) -> list[Any]:
    """By a literal, a variable, and variables within a literal."""
    declared = "".join(f"${name}: JSONObject " for name in value)
    inner = "{" + ", ".join(f"{name}: ${name}" for name in value) + "}"
    answers = [
        await api.run(SET % ("", acme.id, literal(value)), by=SERVICE),
        await api.run(SET % ("($o: JSONObject)", acme.id, "$o"), {"o": value}, by=SERVICE),
    ]
    if value and all(isinstance(entry, dict) for entry in value.values()):
        answers.append(await api.run(SET % (f"({declared})", acme.id, inner), value, by=SERVICE))
    return [outcome(answer) for answer in answers]


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**54), 2**54)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.from_regex(r"[A-Za-z]\w{0,5}", fullmatch=True), inner, max_size=3)
    ),
    max_leaves=8,
)
# ASCII, because a literal can't have other names.
OBJECTS = st.dictionaries(
    st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,5}", fullmatch=True), VALUES, max_size=3
).filter(lambda value: json.dumps(value).isascii() and "\\u" not in literal_names(value))


def literal_names(value: Any) -> str:
    """All names of the objects in a value, in JSON."""
    if isinstance(value, dict):
        pairs: dict[str, Any] = value
        return json.dumps(list(pairs)) + "".join(map(literal_names, pairs.values()))
    entries: list[Any] = value if isinstance(value, list) else []
    return "".join(map(literal_names, entries))


@EXAMPLES
@given(value=OBJECTS)
@example(value={"a": -0.0, "b": 1.0, "c": 2**53 - 1, "d": -(2**53) + 1, "e": 0.1})
@example(value={"a": 2**53})
@example(value={"a": 1e16})
@example(value={"plan": {"seats": 5}, "owner": {"a": []}})
async def test_a_literal_and_a_variable_give_the_same_object(
    api: Api, acme: Acme, value: JSON
) -> None:
    outcomes = await set_all_ways(api, acme, value)

    assert len(set(outcomes)) == 1, outcomes
    # What is stored is what was sent, and 1.0 isn't 1.
    assert outcomes[0] in {"refused", repr(orjson.loads(orjson.dumps(value)))}


VARIABLES: dict[str, tuple[str, Any, Any]] = {
    "text": ("String", "pro", {"plan": "pro"}),
    "text with blanks": ("String", " pro ", {"plan": " pro "}),
    "id": ("ID", "org_1", {"plan": "org_1"}),
    "number": ("Int", 5, {"plan": 5}),
    "boolean": ("Boolean", True, {"plan": True}),
    "null": ("String", None, {"plan": None}),
    "enum": ("EventType", "USER_CREATED", {"plan": "USER_CREATED"}),
    "time": ("DateTime", "2026-11-21T10:30:00+01:00", {"plan": "2026-11-21T09:30:00.000Z"}),
    "list": ("[String]", ["a", None], {"plan": ["a", None]}),
    "object": ("JSONObject", {"a": {"b": 1.5}}, {"plan": {"a": {"b": 1.5}}}),
}


@pytest.mark.parametrize("name", VARIABLES)
async def test_a_variable_in_a_literal_has_its_value(api: Api, acme: Acme, name: str) -> None:
    kind, value, expected = VARIABLES[name]
    document = SET % (f"($plan: {kind})", acme.id, "{ plan: $plan }")

    answer = await api.run(document, {"plan": value}, by=SERVICE)

    assert answer.payload["organization"]["publicMetadata"] == expected


@ONLY_SQLITE
async def test_a_variable_that_is_absent_is_absent(api: Api, acme: Acme) -> None:
    document = SET % ("($a: Int, $b: Int = 2)", acme.id, "{ a: $a, b: $b, c: [$a, { d: $a }] }")

    answer = await api.run(document, {}, by=SERVICE)

    assert answer.payload["organization"]["publicMetadata"] == {"b": 2, "c": [None, {}]}


async def set_number(api: Api, acme: Acme, number: str) -> list[Any]:
    """Sets a number by a literal, a default value, and a variable, which no library rewrites."""
    passing = SET % ("($o: JSONObject)", acme.id, "$o")
    default = SET % (f"($o: JSONObject = {{ a: [{number}] }})", acme.id, "$o")
    body = f'{{"query": {json.dumps(passing)}, "variables": {{"o": {{"a": [{number}]}}}}}}'
    headers = {"authorization": SERVICE.authorization or "", "content-type": "application/json"}
    passed = await api.client.post("/graphql", content=body, headers=headers)
    return [
        outcome(await api.run(SET % ("", acme.id, f"{{ a: [{number}] }}"), by=SERVICE)),
        outcome(await api.run(default, by=SERVICE)),
        outcome(Answer(passed.status_code, passed.json())),
    ]


CHANGED = [
    *("1e400", "-1e400", "1.8e308", "1e99999999999", "1" + "0" * 400),
    *("9007199254740993", "-9007199254740993", "9007199254740992.0"),
    *("5e-400", "-5e-400", "5E-0400", "2e-324", "1e-99999999999", "0.001e-330"),
    *("0." + "0" * 400 + "5", "0." + "0" * 240 + "5e-99", "10" + "0" * 200 + "e-600"),
]


@ONLY_SQLITE
@pytest.mark.parametrize("number", CHANGED)
async def test_no_number_changes_silently(api: Api, acme: Acme, number: str) -> None:
    assert await set_number(api, acme, number) == ["refused"] * 3


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("number", "kept"),
    [
        ("-0", "0"),
        ("-0.0", "-0.0"),
        ("0e-400", "0.0"),
        ("0.0e999999", "0.0"),
        ("0." + "0" * 250, "0.0"),
        ("5e-324", "5e-324"),
        ("-2.2250738585072011e-308", "-2.225073858507201e-308"),
        ("9007199254740991.0", "9007199254740991.0"),
        ("100e-2", "1.0"),
        ("0.1", "0.1"),
    ],
)
async def test_a_number_at_the_ends_is_kept(api: Api, acme: Acme, number: str, kept: str) -> None:
    assert await set_number(api, acme, number) == [f"{{'a': [{kept}]}}"] * 3


@ONLY_SQLITE
@pytest.mark.parametrize("text", ["5e-400", '\\"5e-400', "\\\\", "0." + "0" * 400])
async def test_a_text_can_look_like_a_number(api: Api, acme: Acme, text: str) -> None:
    body = f'{{"query": "{{ a: __typename }}", "operationName": null, "variables": {{"{text}": "{text}"}}}}'

    answer = await api.client.post(
        "/graphql", content=body, headers={"content-type": "application/json"}
    )

    assert answer.json()["data"] == {"a": "Query"}


@ONLY_SQLITE
async def test_an_object_nested_too_deeply_is_an_error_of_the_input(api: Api, acme: Acme) -> None:
    for depth in (33, 100, 200, 450):
        deep = "{a: " * depth + "1" + "}" * depth
        answer = await api.run(SET % ("", acme.id, deep), by=SERVICE)

        shown = str(answer.body)
        assert "exceeds_allowed_size" in shown or "LIMIT_EXCEEDED" in shown, (depth, shown)


# -------------------------------------------------------------------------------------------- times

FINE = [
    "2026-11-21T09:30:00Z",
    "2026-11-21t09:30:00z",
    "2026-11-21 09:30:00Z",
    "2026-11-21T09:30:00.1Z",
    "2026-11-21T09:30:00.123456789Z",
    "2026-11-21T09:30:00-00:00",
    "2026-11-21T09:30:00+23:59",
    "2016-12-31T23:59:60Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999Z",
    "9999-12-31T23:59:59+14:00",
]
REFUSED: list[Any] = [
    "",
    "2026-11-21",
    "2026-11-21T09:30Z",
    "2026-11-21T09:30:00",
    "2026-W47-6T09:30:00Z",
    "2026-325T09:30:00Z",
    "20261121T093000Z",
    "2026-11-21T09:30:00,5Z",
    "2026-11-21T09:30:00.Z",
    "2026-11-21T24:00:00Z",
    "2026-11-21T09:30:61Z",
    "2026-11-21T09:30:00+24:00",
    "2026-11-21T09:30:00+0100",
    "2026-11-21T09:30:00+01:60",
    "2026-02-30T00:00:00Z",
    "\uff12026-11-21T09:30:00Z",
    "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:60Z",
    "2026-11-21T09:30:00." + "1" * 1_000 + "Zz",
    1_795_253_400,
    True,
    ["2026-11-21T09:30:00Z"],
    {},
]


async def replay(api: Api, since: Any) -> list[Answer]:
    return [
        await api.run(REPLAY % ("", literal(since)), by=SERVICE),
        await api.run(REPLAY % ("($t: DateTime)", "$t"), {"t": since}, by=SERVICE),
    ]


@ONLY_SQLITE
@pytest.mark.parametrize("time", FINE)
async def test_a_time_of_rfc_3339_is_one(api: Api, time: str) -> None:
    for answer in await replay(api, time):
        assert [error["code"] for error in answer.user_errors] == ["resource_not_found"]


@ONLY_SQLITE
@pytest.mark.parametrize("time", REFUSED, ids=range(len(REFUSED)))
async def test_what_is_no_time_is_an_error_of_the_input(api: Api, time: Any) -> None:
    answers = await replay(api, time)

    assert [answer.code for answer in answers] == ["GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT"]
    for answer in answers:
        assert "A time " in answer.error["message"]


@ONLY_SQLITE
@EXAMPLES
@given(st.datetimes(timezones=st.timezones() | st.just(UTC)))
async def test_any_time_that_a_program_writes_is_read_alike(api: Api, moment: datetime) -> None:
    codes = {str(answer.body)[:40] for answer in await replay(api, moment.isoformat())}
    whole_minutes = not (moment.utcoffset() or timedelta()).seconds % 60

    assert len(codes) == 1 or not whole_minutes
