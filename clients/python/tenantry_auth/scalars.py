"""Types of values that the generated client uses."""

from typing import Any, TypeAlias

JSONObject: TypeAlias = dict[str, Any]
