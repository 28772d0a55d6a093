"""Files of settings, and the values that they give to a compose file."""

import re
from pathlib import Path

FILLED = Path(__file__).with_name("compose.env")
VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}")


def read_env(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def fill(text: str, values: dict[str, str]) -> str:
    """Replaces the variables of a compose file; those without a default must have a value."""
    return VARIABLE.sub(lambda found: values.get(found[1]) or require(found), text)


def require(found: re.Match[str]) -> str:
    assert found[2] is not None, f"{found[1]} has no value"
    return found[2]
