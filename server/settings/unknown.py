"""Variables that begin with TENANTRY_ but aren't settings: most are misspelled."""

import re
from difflib import get_close_matches

from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource

from server.settings.settings import Settings

PREFIX = "tenantry_"
# What clients in the documentation and `tenantry import` read, and what Kubernetes sets for a
# service named `tenantry`.
FOREIGN = re.compile(r"url|token|key|import_secret_key|service_(host|port\w*)|port(_\w+)?")


def find_unknown_variables() -> list[str]:
    """Finds them in the environment and in the file `.env`: one sentence for each."""
    variables = {*EnvSettingsSource(Settings).env_vars, *DotEnvSettingsSource(Settings).env_vars}
    names = {name.removeprefix(PREFIX) for name in variables if name.startswith(PREFIX)}
    return [
        _to_sentence(name)
        for name in sorted(names - set(Settings.model_fields))
        if not FOREIGN.fullmatch(name)
    ]


def _to_sentence(name: str) -> str:
    similar = get_close_matches(name, Settings.model_fields, 1)
    instead = (
        f"Did you mean TENANTRY_{similar[0].upper()}?"
        if similar
        else "Remove it, or correct its name."
    )
    return f"TENANTRY_{name.upper()} isn't a setting, so it has no effect. {instead}"
