"""The code blocks of the documentation, and their placeholders."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

ROOT = Path(__file__).parents[2]
FENCE = re.compile(
    r'^(?P<indent> *)```(?P<language>\w*)(?: title="(?P<title>[^"]*)")?\n(?P<text>.*?)^(?P=indent)```$',
    re.MULTILINE | re.DOTALL,
)
PAGES = sorted(
    [
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    ]
)
# An ID as the pages write it, such as "org_…" with quotes, and the ticket of a link.
PLACEHOLDER = re.compile(r'\\?"([a-z]+)_…(\.…)?\\?"')
ID = re.compile(r"([a-z]+)_[0-9a-z]{26}")


@dataclass(frozen=True)
class Snippet:
    """A code block; the title says who sends it, if it is GraphQL."""

    language: str
    title: str
    text: str


def read_snippets(page: Path) -> list[Snippet]:
    return [
        Snippet(found["language"], found["title"] or "", dedent(found["text"]))
        for found in FENCE.finditer(page.read_text())
    ]


def page_name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def pages_with(*languages: str) -> list[str]:
    return [
        page_name(page)
        for page in PAGES
        if any(snippet.language in languages for snippet in read_snippets(page))
    ]


@dataclass
class Placeholders:
    """What the placeholders of a page stand for: the newest ID of each kind that was seen."""

    newest: dict[str, str]
    ticket: str = ""
    cursor: str = "0"
    values: dict[str, str] = field(default_factory=dict[str, str])

    def fill(self, text: str) -> str:
        """Replaces the placeholders of a snippet, in JSON inside of a shell command too."""

        def replace(found: re.Match[str]) -> str:
            quote = '\\"' if found[0].startswith("\\") else '"'
            value = self.ticket if found[2] else self.newest[found[1]]
            return f"{quote}{value}{quote}"

        return PLACEHOLDER.sub(replace, text).replace('"4711"', f'"{self.cursor}"')

    def learn(self, value: Any) -> None:
        """Remembers the IDs of an answer."""
        if isinstance(value, dict):
            for item in value.values():  # pyright: ignore[reportUnknownVariableType]
                self.learn(item)
        elif isinstance(value, list):
            for item in value:  # pyright: ignore[reportUnknownVariableType]
                self.learn(item)
        elif isinstance(value, str) and (found := ID.fullmatch(value)):
            self.newest[found[1]] = value


def matches(documented: Any, actual: Any) -> bool:
    """Whether an answer is as documented; "…" stands for anything, and keys can be left out."""
    if isinstance(documented, dict):
        return isinstance(actual, dict) and all(
            key in actual and matches(value, actual[key])
            for key, value in documented.items()  # pyright: ignore[reportUnknownVariableType]
        )
    if isinstance(documented, list):
        return (
            isinstance(actual, list)
            and len(documented) == len(actual)  # pyright: ignore[reportUnknownArgumentType]
            and all(map(matches, documented, actual))  # pyright: ignore[reportUnknownArgumentType]
        )
    if isinstance(documented, str) and "…" in documented:
        pattern = ".*".join(map(re.escape, documented.split("…")))
        return isinstance(actual, str) and bool(re.fullmatch(pattern, actual, re.DOTALL))
    return documented == actual
