"""Writes a model as a YAML file."""

from typing import Any, Protocol

import yaml

from models.validation.text import CONTROLS, escape_controls


class Labeled(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def description(self) -> str | None: ...


class SafelyQuoted(yaml.SafeDumper):
    """Puts texts that need escapes in double quotes: YAML has no escapes anywhere else."""


def represent_text(dumper: SafelyQuoted, text: str) -> yaml.ScalarNode:
    style = '"' if CONTROLS.search(text) else None
    return yaml.ScalarNode("tag:yaml.org,2002:str", text, style=style)


SafelyQuoted.add_representer(str, represent_text)


def dump_yaml(head: str, entries: dict[str, Any]) -> str:
    """Renders the file: the same text for the same entries."""
    text = yaml.dump(entries, Dumper=SafelyQuoted, sort_keys=False, allow_unicode=True, width=120)
    return head + "\n".join(map(escape_controls, text.split("\n")))


def to_labels(entry: Labeled) -> dict[str, Any]:
    labels = {"name": entry.name}
    return labels if entry.description is None else labels | {"description": entry.description}
