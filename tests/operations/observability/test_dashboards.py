"""The dashboard and the alert rules show metrics that the server exposes, by bounded labels."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from models.errors.input import InputError
from models.errors.request import RateLimited, RequestError, Unavailable
from server.settings.operations import load_ready_operation_names
from tests.support.api import NOBODY, SERVICE, Api
from tests.support.data.factories import Acme
from tests.support.http import ONLY_SQLITE

ROOT = Path(__file__).parents[3]
RULES: Any = yaml.safe_load((ROOT / "deploy" / "prometheus-rules.yml").read_text())
ALERTS = [rule for group in RULES["groups"] for rule in group["rules"]]
DASHBOARD: Any = json.loads((ROOT / "deploy" / "grafana-dashboard.json").read_text())
MANUAL = (ROOT / "docs" / "operations.md").read_text()
METRIC = re.compile(r"\b(?:tenantry|process)_[a-z_]+")
# What Prometheus itself adds to each sample.
ADDED_LABELS = {"job", "instance"}


def subclasses(error: type[Any]) -> set[type[Any]]:
    return {error}.union(*map(subclasses, error.__subclasses__()))


CODES = {
    vars(error)["code"]
    for error in subclasses(RequestError) | subclasses(InputError)
    if "code" in vars(error)
} | {"INTERNAL", "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"}
# All values that a label can have.
LABELS = {
    "operation": load_ready_operation_names() | {"other"},
    "kind": {"query", "mutation", "subscription", "select", "insert", "update", "delete", "other"},
    "transport": {"http", "sse", "websocket"},
    "outcome": {"ok", "user_error", "error", "abandoned"},
    "code": CODES,
    "database": {"sqlite", "postgresql"},
    "queue": {"mail", "webhook"},
    "pool": {"reader", "writer"},
    "state": {"in_use", "idle"},
    "cache": {"documents", "plans", "tokens"},
    "result": {"hits", "misses"},
}
# Those with a number of values that is known when the server starts.
CONSTANT_LABELS = {"le", "version", "revision"}


def expressions() -> list[str]:
    """Returns the queries of all panels and alerts."""
    panels = [
        target["expr"] for panel in DASHBOARD["panels"] for target in panel.get("targets", ())
    ]
    return [*panels, *(alert["expr"] for alert in ALERTS)]


@pytest.fixture
async def families(api: Api, acme: Acme) -> dict[str, set[frozenset[tuple[str, str]]]]:
    """The labels of all samples of each metric, after requests of many kinds."""
    await api.send("members", by=acme.admin, organizationId=acme.id)
    await api.send("update-organization", by=acme.admin, organizationId=acme.id, name="")
    await api.send("create-organization", by=NOBODY, name="Acme")
    for document in (
        "query Odd { viewer { user { id } } }",
        "{",
        "mutation Odd { no }",
        "{ viewer",
    ):
        await api.run(document, by=SERVICE)
    text = (await api.client.get("/metrics")).text
    found: dict[str, set[frozenset[tuple[str, str]]]] = {}
    for family in text_string_to_metric_families(text):
        for suffix in ("", "_total") if family.type == "counter" else ("",):
            found.setdefault(f"{family.name}{suffix}", set())
        for sample in family.samples:
            found.setdefault(sample.name, set()).add(frozenset(sample.labels.items()))
    # The series of these begin with the first delivery.
    for name in ("tenantry_deliveries_total", "tenantry_delivery_duration_seconds_bucket"):
        found.setdefault(name, set())
    return found


@ONLY_SQLITE
async def test_each_metric_that_is_shown_is_exposed(
    families: dict[str, set[frozenset[tuple[str, str]]]],
) -> None:
    shown = {name for text in expressions() for name in METRIC.findall(text)}

    assert shown - set(families) == set()
    exposed = {name for name in families if re.fullmatch(r"tenantry_\w+?(_total|_bucket)?", name)}
    unseen = {
        name
        for name in exposed
        if not re.search(r"_(count|sum)$", name)
        and not {name, f"{name}_total", f"{name}_bucket"} & shown
    }
    assert unseen == set()


@ONLY_SQLITE
async def test_each_label_has_a_bounded_number_of_values(
    families: dict[str, set[frozenset[tuple[str, str]]]],
) -> None:
    labels = {
        label
        for name, samples in families.items()
        if name.startswith("tenantry_")
        for sample in samples
        for label in sample
    }

    assert {name for name, _ in labels} - CONSTANT_LABELS <= set(LABELS)
    assert [(n, v) for n, v in labels if n in LABELS and v not in LABELS[n]] == []


@pytest.mark.parametrize("expression", expressions())
def test_each_query_selects_by_labels_and_values_that_exist(expression: str) -> None:
    for selector in re.findall(r"\{([^}]*)\}", expression):
        for name, value in re.findall(r'(\w+)=~?"([^"]*)"', selector):
            if name not in ADDED_LABELS:
                assert set(value.split("|")) <= LABELS[name] | DELIVERY_OUTCOMES
    for names in re.findall(r"by \(([^)]*)\)", expression):
        known = {*LABELS, *ADDED_LABELS, *CONSTANT_LABELS}
        assert set(re.split(r",\s*", names)) <= known


DELIVERY_OUTCOMES = {"retried", "sent", "succeeded", "failed", "dropped"}


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_the_manual_says_what_to_do_about_each_alert(alert: Any) -> None:
    page, _, anchor = alert["annotations"]["runbook"].partition("#")

    assert page == "docs/operations.md"
    headings = re.findall(r"^#+ (.*)$", MANUAL, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert anchor in anchors
    assert alert["alert"] in MANUAL


def test_codes_are_those_of_our_errors() -> None:
    assert {RateLimited.code, Unavailable.code} < CODES
