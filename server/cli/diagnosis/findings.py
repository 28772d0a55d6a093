"""What `tenantry doctor` finds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    is_fine: bool
    detail: str
    # Whether a server runs with it, although something else would be safer.
    is_risk: bool = False
