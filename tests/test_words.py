"""What people read is plain English: its spelling, the words that it avoids, and rules with"
" "must"."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

from models.errors import input, request
from tests.support.words import PACKAGES, ROOT, find_words, read_texts

DOCUMENTS = (
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "README.md",
    "SECURITY.md",
    "docs",
    "docsite",
    "examples",
    "graphql/operations",
    "graphql/schema.graphql",
    "release",
    "web",
)
SUFFIXES = {".css", ".graphql", ".html", ".js", ".jsx", ".md", ".py", ".txt"}
# A setting's sentence begins with its name, and goes on with the rule or with what is wrong.
RULES = ("must ", "contains ", "names ", "TENANTRY_")


@cache
def find_files() -> Sequence[Path]:
    found = [ROOT / name for name in DOCUMENTS if (ROOT / name).is_file()]
    for name in (*PACKAGES, *DOCUMENTS):
        for folder, folders, names in os.walk(ROOT / name):
            folders[:] = set(folders) - {"node_modules", "assets", "dist"}
            found += [Path(folder, name) for name in names]
    return sorted(file for file in found if file.suffix in SUFFIXES)


def test_words_of_the_list_are_not_used() -> None:
    assert len(find_files()) > 200
    assert [
        f"{file.relative_to(ROOT)}: {word}"
        for file in find_files()
        for text in read_texts(file)
        for word in find_words(text)
    ] == []


@pytest.mark.parametrize(
    "sentence",
    [
        "The organization; for who may see it.",
        "It was told that the link is no more.",
        "When it was made.",
        "What became of it.",
        "Events behind the last cursor.",
    ],
)
def test_the_list_finds_the_old_sentences(sentence: str) -> None:
    assert list(find_words(sentence))


def test_a_proxy_can_be_in_front() -> None:
    assert not list(find_words("Run the server behind a reverse proxy. There is no other way."))


def test_everything_is_spelled_as_in_the_dictionary() -> None:
    command = [sys.executable, "-m", "codespell_lib", "--quiet-level", "3", *map(str, find_files())]

    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (found.stdout, found.stderr, found.returncode) == ("", "", 0)


def find_messages(*packages: str, names: set[str]) -> Iterator[tuple[str, str]]:
    """Finds the texts that errors of these names are raised with, with their places."""
    for package in packages:
        for file in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call) and node.args:
                    message, raised = node.args[0], getattr(node.func, "id", None)
                    if raised in names and isinstance(message, (ast.Constant, ast.JoinedStr)):
                        place = f"{file.relative_to(ROOT)}:{node.lineno}"
                        yield place, ast.unparse(message).lstrip("f").strip("'\"")


def test_errors_are_sentences() -> None:
    names = {
        name
        for name, error in (vars(input) | vars(request)).items()
        if isinstance(error, type) and issubclass(error, (input.InputError, request.RequestError))
    }
    messages = dict(find_messages(*PACKAGES, names=names))

    assert len(messages) > 80
    assert {place: text for place, text in messages.items() if not text.endswith((".", "}"))} == {}


def test_wrong_settings_say_what_they_must_be() -> None:
    messages = dict(find_messages("server/settings", names={"ValueError"}))

    assert len(messages) > 20
    assert {place: text for place, text in messages.items() if not text.startswith(RULES)} == {}
