"""Operations that GraphQL and the Backend API both have."""

from dataclasses import dataclass
from typing import Any

from tests.support.api import JSON


@dataclass(frozen=True)
class Step:
    """One operation through both APIs; `{…}` in texts stands for an ID that a step before got."""

    mutation: str
    input: JSON
    method: str
    path: str
    body: Any = None
    # What the answer's ID is called from now on.
    name: str = ""
