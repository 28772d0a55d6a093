"""The snippets of the documentation do what their pages say.

They run on a development server with the demo company: the GraphQL documents and shell commands of a
page in its order. Programs are run by `test_programs` and by other tests.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Generator, Iterator
from configparser import ConfigParser
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from server.settings.settings import read_settings
from tests.support.processes.commands import TENANTRY, Server, started, tenantry
from tests.support.snippets import (
    PAGES,
    ROOT,
    Placeholders,
    Snippet,
    matches,
    page_name,
    pages_with,
    read_snippets,
)

SHIMS = Path(__file__).parent / "shims"
# The page that `make test` tries.
SAMPLE = "docs/quick-start.md"
COMPANY = """{ organization(by: { slug: "analytical-engines" }) {
    id invitations(first: 1, statuses: [PENDING]) { nodes { url } } } }"""
# Programs that other tests run, by page.
PROGRAMS = {
    "docs/authentication/auth0.md": {"js"},
    "docs/authentication/supabase.md": {"sql"},
    "docs/coming-from/clerk.md": {"js"},
    "docs/guides/backend-api.md": {"ts"},
    "docs/guides/calls.md": {"ts"},
    "docs/guides/react.md": {"tsx"},
    "docs/guides/api-keys.md": {"tsx"},
    "docs/guides/next.md": {"js", "jsx", "ts"},
    "docs/guides/node.md": {"js"},
    "docs/guides/python.md": {"python"},
    "docs/guides/sessions.md": {"python", "js"},
    "docs/guides/subscriptions.md": {"python", "js"},
    "docs/guides/webhooks.md": {"python", "js"},
    # Excerpts of our own code, and what the benchmark prints.
    "docs/benchmarks.md": {""},
    "docs/executor.md": {"python"},
}
RUN = {"graphql", "sh", "json", "yaml", "ini"}
# Diagrams are drawn by the test of the site; texts are no code.
SHOWN = {"mermaid", "text"}


class Reader:
    """Somebody who tries what the pages say, on a server of their own."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.tokens: dict[str, str] = {}
        self.key = (folder / "var" / "development-key").read_text().strip()
        company = self.run(COMPANY, "")["data"]["organization"]
        link = company["invitations"]["nodes"][0]["url"]
        me = self.run("{ viewer { user { id } } }", "As grace@example.com")
        self.placeholders = Placeholders(
            {"org": company["id"], "user": me["data"]["viewer"]["user"]["id"]},
            ticket=link.split("ticket=")[1].split("&")[0],
        )

    def follow(self, name: str) -> None:
        """Tries the snippets of a page in their order."""
        snippets = read_snippets(ROOT / name)
        for snippet, after in zip_longest(snippets, snippets[1:]):
            is_answer = after and after.language == "json" and after.text.startswith('{"data"')
            documented = after.text if is_answer else None
            if snippet.language == "graphql":
                self.check_graphql(snippet, documented)
            elif snippet.language == "sh" and not is_stream(snippet):
                self.run_shell(snippet, documented)

    def run(self, document: str, title: str) -> Any:
        """Sends a document as the caller that the title of its block names, by default Ada."""
        send = self.receive_first if document.startswith("subscription") else self.receive
        if title == "As nobody":
            return send(document)
        if title == "With a secret key":
            return send(document, f"Bearer {self.key}")
        email = title.removeprefix("As ") or "ada@example.com"
        if email not in self.tokens:
            made = tenantry("token", "--email", email, folder=self.folder)
            self.tokens[email] = made.stdout.strip()
        return send(document, f"Bearer {self.tokens[email]}")

    def receive(self, document: str, authorization: str | None = None) -> Any:
        return self.server.graphql(document, authorization).json()

    def receive_first(self, document: str, authorization: str | None = None) -> Any:
        """Returns the first result of a subscription, as server-sent events."""
        headers = {"accept": "text/event-stream", "authorization": authorization or ""}
        url, body = f"{self.server.url}/graphql", {"query": document}
        with httpx.stream("POST", url, json=body, headers=headers, timeout=30) as answer:
            lines = (line for line in answer.iter_lines() if line.startswith("data: {"))
            return json.loads(next(lines).removeprefix("data: "))

    def check_graphql(self, snippet: Snippet, documented: str | None) -> None:
        answer = self.run(self.placeholders.fill(snippet.text), snippet.title)
        if documented is None:
            assert "errors" not in answer, (snippet.text, answer)
            assert not find_user_errors(answer), (snippet.text, answer)
        else:
            assert matches(json.loads(documented), answer), (snippet.text, answer)
        self.placeholders.learn(answer)

    def run_shell(self, snippet: Snippet, documented: str | None) -> None:
        """Runs commands with shims for what can't run here; see `shims/`."""
        environment = {
            "HOME": str(self.folder),
            "PATH": f"{SHIMS}:{TENANTRY.parent}:{os.environ['PATH']}",
            "ROOT": str(ROOT),
            "REAL_PYTHON": sys.executable,
            "REAL_CURL": shutil.which("curl") or "",
            "TENANTRY_ENV": "development",
            "TENANTRY_KEY": self.key,
            "TENANTRY_URL": self.server.url,
            "TOKEN": self.key,
        }
        commands = self.placeholders.fill(snippet.text).replace("/backups/", "backups/")
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, (snippet.text, done.stdout, done.stderr)
        if '"errors"' in done.stdout or '"data"' in done.stdout:
            answer = json.loads(done.stdout.splitlines()[-1])
            assert documented is None or matches(json.loads(documented), answer), answer
            assert "errors" not in answer, (snippet.text, answer)
            assert not find_user_errors(answer), (snippet.text, answer)
            self.placeholders.learn(answer)


def find_user_errors(answer: Any) -> list[Any]:
    payloads: list[Any] = [value for value in answer["data"].values() if isinstance(value, dict)]
    return [error for payload in payloads for error in payload.get("userErrors", ())]


def prepare(folder: Path) -> None:
    """Makes the files that the commands of the pages expect in the current folder."""
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "tenantry").symlink_to(SHIMS / "tenantry")
    (folder / "backups").mkdir()
    for name in ("deploy", "examples"):
        shutil.copytree(ROOT / name, folder / name)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose database has the demo company, to copy for each reader."""
    folder = tmp_path_factory.mktemp("fresh")
    prepare(folder)
    with started("dev", folder=folder):
        return folder


@pytest.fixture(scope="module")
def shared_reader(fresh: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """For pages with commands only, which don't depend on each other."""
    with reading(fresh, tmp_path_factory.mktemp("reader")) as reader:
        yield reader


@contextmanager
def reading(fresh: Path, folder: Path) -> Generator[Reader]:
    shutil.copytree(fresh, folder, symlinks=True, dirs_exist_ok=True)
    with started("dev", folder=folder) as server:
        yield Reader(server, folder)


@pytest.mark.parametrize(
    "name",
    [
        name if name == SAMPLE else pytest.param(name, marks=pytest.mark.slow)
        for name in pages_with("graphql")
    ],
)
def test_the_snippets_of_a_page_run(name: str, fresh: Path, tmp_path: Path) -> None:
    with reading(fresh, tmp_path) as reader:
        reader.follow(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted({*pages_with("sh")} - {*pages_with("graphql")}))
def test_the_commands_of_a_page_run(name: str, shared_reader: Reader) -> None:
    shared_reader.follow(name)


def is_stream(snippet: Snippet) -> bool:
    """Whether the commands don't end; `test_clients` runs them."""
    return "text/event-stream" in snippet.text


def test_every_snippet_is_run_by_a_test() -> None:
    for page in PAGES:
        languages = {snippet.language for snippet in read_snippets(page)}
        assert languages <= RUN | SHOWN | PROGRAMS.get(page_name(page), set()), page


@pytest.mark.parametrize("name", pages_with("json", "yaml", "ini"))
def test_data_in_snippets_is_well_formed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for snippet in read_snippets(ROOT / name):
        if snippet.language == "json":
            json.loads(snippet.text)
        elif snippet.language == "yaml":
            yaml.safe_load(snippet.text)
        elif snippet.language == "ini":
            parser = ConfigParser(interpolation=None)
            parser.read_string(f"[settings]\n{snippet.text}")
            for variable, value in parser["settings"].items():
                value = re.sub("the result of: .*", "7Jp5xT1sY9uLk4Rb8Ec2Hg6Mf-dAoXiWtQvN", value)
                monkeypatch.setenv(variable.upper(), value)
            assert read_settings(_env_file=None).identity_issuers


@pytest.mark.parametrize(
    ("documented", "actual", "expected"),
    [
        ({"a": "x_…"}, {"a": "x_1", "b": 2}, True),
        ({"a": "x_…"}, {"a": "y_1"}, False),
        ({"a": []}, {"a": [1]}, False),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, False),
        ({"a": None}, {}, False),
    ],
)
def test_an_answer_that_is_not_as_documented_is_found(
    documented: Any, actual: Any, expected: bool
) -> None:
    assert matches(documented, actual) is expected
