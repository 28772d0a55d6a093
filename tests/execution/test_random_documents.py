"""Both executors answer random documents of the API alike, on a database with some companies."""

from collections.abc import AsyncIterator
from dataclasses import replace
from random import Random
from typing import Any

import orjson
import pytest

from models.database.store import Store
from resolvers.foundation import rate_limits
from schema import get_schema
from schema.execution.documents import Document, Documents
from server.settings.settings import Environment
from tests.api.statements.test_statements import a_company
from tests.conftest import settings
from tests.support.api import NOBODY, SECRET_KEY, SERVICE, Api, Caller, Clock, test_issuer
from tests.support.application import make_application
from tests.support.documents.random_documents import write_document

KEYS = ["org:sys_memberships:read", "org:sys_memberships:manage", "org:admin", "org:none:such"]
FEW, MANY = range(200), range(1_000, 3_000)

AVOIDED = frozenset({"__schema", "__type"})


def make_api(store: Store, clock: Clock, executor: str) -> Api:
    chosen = settings(
        env=Environment.DEVELOPMENT,
        identity_issuers=(test_issuer(),),
        secret_keys=(SECRET_KEY,),
        executor=executor,
    )
    return Api(make_application(chosen, store=store, clock=clock), store, clock)


@pytest.fixture(autouse=True)
def shared_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the second server take the document that the first one has parsed and validated."""
    read, known = Documents._read, dict[str, Document]()  # pyright: ignore[reportPrivateUsage]

    def read_once(documents: Documents, text: str) -> Document:
        if text not in known:
            known[text] = read(documents, text)
        # What is prepared has the schema, and with it the executor.
        return replace(known[text], prepared={}, measured={})

    monkeypatch.setattr(Documents, "_read", read_once)


@pytest.fixture(autouse=True)
def many_slug_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Allows as many checks of slugs as there are documents; the two servers count for themselves."""
    monkeypatch.setattr(rate_limits, "SLUG_CHECKS", "100000/minute")


@pytest.fixture
async def graphql_core(store: Store, clock: Clock) -> AsyncIterator[Api]:
    api = make_api(store, clock, "graphql-core")
    yield api
    await api.client.aclose()


def by_path(errors: list[dict[str, Any]]) -> list[str]:
    """Errors without an order, which is that in which statements happen to finish."""
    return sorted(orjson.dumps(error, option=orjson.OPT_SORT_KEYS).decode() for error in errors)


def by_place(body: dict[str, Any]) -> list[str]:
    """Errors without an order; of one that makes more than its own field null, only that place.

    Each executor chooses among several of these (docs/executor.md, "Errors and nulls").
    """
    found: list[dict[str, Any]] = []
    for error in body.get("errors", []):
        path: list[Any] = error.get("path", [])
        value, depth = body.get("data"), 0
        while depth < len(path) and value is not None:
            value, depth = value[path[depth]], depth + 1
        found.append(error if depth == len(path) else {"path": path[:depth]})
    return by_path(found)


# Both executors send the same statements, so one database is enough for many documents.
@pytest.mark.parametrize(
    ("database_url", "seeds"),
    [
        pytest.param("sqlite", FEW, marks=pytest.mark.smaller, id="sqlite-few"),
        pytest.param("postgresql", FEW, marks=pytest.mark.slow, id="postgresql-few"),
        pytest.param("sqlite", MANY, marks=pytest.mark.slow, id="sqlite-many"),
    ],
    indirect=["database_url"],
)
async def test_random_documents(api: Api, graphql_core: Api, seeds: range) -> None:
    companies = [await a_company(api, 3, 2), await a_company(api, 1, 5)]
    ids = [
        row["id"] for one in companies for row in (*one.organizations, *one.users, *one.memberships)
    ]
    viewers = [one.viewer for one in companies]
    colleague = await api.person(companies[0].users[0]["email_address"])
    callers: list[Caller] = [*viewers, colleague, SERVICE, SERVICE, NOBODY]

    def make_scalar(random: Random, type_: str, name: str) -> Any:
        match type_:
            case "ID":
                return random.choice(ids)
            case "Int":
                return random.choice([1, 2, 3, 20])
            case "Boolean":
                return random.random() < 0.5
            case "JSONObject":
                return {"a": 1}
            case "DateTime":
                return "2026-11-21T09:30:00.123Z"
            case _ if name in {"permission", "roles", "key"}:
                return random.choice(KEYS)
            case _ if name in {"after", "before"}:
                return random.choice(["0", "1", "not a cursor"])
            case _:
                return random.choice(["Org", "ada", "org-1"])

    executed, failed, plans = 0, 0, get_schema().plans
    assert plans
    planned = plans.hits + plans.misses
    for seed in seeds:
        random = Random(seed)
        document = write_document(
            get_schema()._schema,  # pyright: ignore[reportPrivateUsage]
            random,
            make_scalar=make_scalar,
            avoided=AVOIDED,
            depth=random.randint(2, 6),
            width=random.randint(2, 5),
        )
        by = random.choice(callers)

        # With other conditions, the same document has another plan.
        given = document.variables
        flipped = {name: not one for name, one in given.items() if isinstance(one, bool)}
        for variables in [given, {**given, **flipped}] if flipped else [given]:
            expected = await graphql_core.run(document.text, {**variables}, by=by)
            found = await api.run(document.text, {**variables}, by=by)
            case = (seed, variables, document)

            assert found.status == expected.status, case
            assert orjson.dumps(found.body.get("data")) == orjson.dumps(
                expected.body.get("data")
            ), case
            assert by_place(found.body) == by_place(expected.body), case
            executed += 1
            failed += "errors" in expected.body
    assert executed // 20 < failed < executed // 1.2, failed
    # Only one of the two executors makes plans.
    planned = plans.hits + plans.misses - planned
    assert executed // 2 < planned <= executed, planned
