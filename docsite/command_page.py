"""The page of commands, generated from the command line."""

from collections.abc import Iterator
from typing import Any

import typer.main

from server.cli import app

HEAD = """# Commands

<!-- Generated from the code. Run `make format` to write it again. -->

{help}

`tenantry COMMAND --help` shows the same text as this page.
"""


def make_command_page() -> str:
    # Its classes are private to Typer: they are read, not named.
    group: Any = typer.main.get_command(app)
    parts = [HEAD.format(help=group.help.strip())]
    for name, command in walk(group, "tenantry"):
        parts.append(describe(name, command))
    return "\n".join(parts)


def walk(group: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    """Yields the commands, with those of groups."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from walk(command, f"{prefix} {name}")
        else:
            yield f"{prefix} {name}", command


def describe(name: str, command: Any) -> str:
    """Returns the section of a command: its usage, its help, and its parameters."""
    parameters = [item for item in command.params if item.name != "help"]
    arguments = [item for item in parameters if item.param_type_name == "argument"]
    options = [item for item in parameters if item.param_type_name == "option"]
    usage = [name, *("[OPTIONS]" for _ in options[:1])]
    usage += [
        item.name.upper() if item.required else f"[{item.name.upper()}]" for item in arguments
    ]
    parts = [f"## {name}\n\n```text\n{' '.join(usage)}\n```\n\n{command.help.strip()}\n"]
    if parameters:
        parts.append("| | default | |\n|---|---|---|")
        parts += [describe_parameter(item) for item in [*arguments, *options]]
        parts.append("")
    return "\n".join(parts)


def describe_parameter(item: Any) -> str:
    names = (
        [*item.opts, *item.secondary_opts]
        if item.param_type_name == "option"
        else [item.name.upper()]
    )
    default = (
        "required"
        if item.required
        else ""
        if item.default is None
        else f"`{to_text(item.default)}`"
    )
    text = (getattr(item, "help", "") or "").replace("|", "\\|")
    return f"| {', '.join(f'`{name}`' for name in names)} | {default} | {text} |"


def to_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(getattr(value, "value", value))
