"""The protocol as others understand it: the audits of GraphQL over HTTP, Apollo Client and urql."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.documents import fuzz
from tests.support.processes.commands import Server, started

FOLDER = Path(__file__).parent / "protocol"
NODE = Path(sys.executable).with_name("node")
FALLBACK = ["POST hash", "POST query", "POST query"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("protocol")
    with started("serve", folder=folder, **fuzz.SETTINGS) as running:
        running.graphql(fuzz.FOUND, fuzz.SERVICE, name="Acme")
        yield running


def run(server: Server, script: str) -> list[Any]:
    """Runs a script, and returns its lines."""
    environment = {**os.environ, "TENANTRY_URL": server.url, "TENANTRY_TOKEN": fuzz.SERVICE}
    done = subprocess.run(
        [NODE, FOLDER / script], env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_audit_of_graphql_over_http_passes(server: Server) -> None:
    audits = run(server, "audit.mjs")

    assert len(audits) > 50
    # What a server may do, this one does not do: queries by GET.
    failed = [audit for audit in audits if audit["status"] != "ok"]
    assert all(audit["name"].startswith("MAY ") for audit in failed), failed


@pytest.mark.slow
def test_clients_with_persisted_queries_send_the_whole_document(server: Server) -> None:
    apollo, urql, events = run(server, "clients.mjs")

    # The second query of each goes without the hash: the client has understood that there are none.
    assert apollo["sent"] == urql["sent"] == FALLBACK
    assert apollo["data"].keys() == urql["data"].keys() == {"cursor"}
    assert events["data"]["events"]["type"] == "ORGANIZATION_CREATED"
