"""The page of settings: names, defaults, and limits come from the code."""

import json
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Le
from pydantic.fields import FieldInfo

from docsite.setting_descriptions import DEFAULTS, DESCRIPTIONS, GROUPS
from server.settings.issuers import ClaimNames, Issuer
from server.settings.settings import Environment, Settings

HEAD = """# Settings

<!-- Generated from the code. Run `make format` to write it again. -->

Tenantry reads its settings once, at start, from environment variables or from the file `.env` in
the current folder. If a value is wrong, it doesn't start, and says which setting must change.
`tenantry doctor` checks all of them.

Lists are separated by commas, unless the description says that the value is JSON.

The settings of an *instance*, such as whether users can create organizations, are in the database.
The mutation `updateInstance` changes them.
"""


def make_settings_page() -> str:
    parts = [HEAD]
    for title, names in GROUPS.items():
        parts.append(f"## {title}\n\n" + "\n\n".join(map(describe_setting, names)) + "\n")
    parts.append(describe_issuer())
    return "\n".join(parts)


def describe_setting(name: str) -> str:
    field = Settings.model_fields[name]
    facts = [f"Default: {describe_default(name, field)}."]
    if values := describe_values(field):
        facts.append(f"Values: {values}.")
    return f"### TENANTRY_{name.upper()}\n\n{DESCRIPTIONS[name]}\n\n{' '.join(facts)}"


def describe_default(name: str, field: FieldInfo) -> str:
    """Returns the default of the code, unless it depends on something else."""
    if name in DEFAULTS:
        return DEFAULTS[name]
    value: Any = field.default
    if value is None or value == ():
        return "none"
    value = getattr(value, "value", value)
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


def describe_values(field: FieldInfo) -> str:
    """Returns the values that are allowed, if there are few, or their limits."""
    kinds: list[Any] = [field.annotation, *get_args(field.annotation)]
    literals = [kind for kind in kinds if get_origin(kind) is Literal]
    names = [str(value) for literal in literals for value in get_args(literal)]
    if field.annotation is Environment:
        names = [environment.value for environment in Environment]
    if bool in kinds:
        names = ["true", "false"]
    if names:
        return ", ".join(f"`{name}`" for name in names)
    lowest = next((limit.ge for limit in field.metadata if isinstance(limit, Ge)), None)
    highest = next((limit.le for limit in field.metadata if isinstance(limit, Le)), None)
    if lowest is not None and highest is not None:
        return f"{lowest} to {highest}"
    return f"{lowest} or more" if lowest is not None else ""


def describe_issuer() -> str:
    return "\n".join(
        (
            "## Keys of an identity provider\n\nEach entry of `TENANTRY_IDENTITY_ISSUERS` is a JSON"
            " object with these keys. [Authentication](../authentication/README.md) has"
            " examples.\n",
            *make_rows("key", Issuer.model_fields, DESCRIPTIONS["issuer_keys"]),
            "\n### Claims\n\nThe keys of `claims` say which claim of a token holds a value.\n",
            *make_rows("key", ClaimNames.model_fields, DESCRIPTIONS["claims"]),
            "",
        )
    )


def make_rows(title: str, fields: dict[str, FieldInfo], descriptions: Any) -> Iterator[str]:
    yield f"| {title} | default | |"
    yield "|---|---|---|"
    for name, field in fields.items():
        default = "required" if field.is_required() else describe_default(name, field)
        yield f"| `{name}` | {default} | {descriptions[name]} |"
