"""The audience of a token: the services that its issuer has created it for."""

from typing import cast


def is_meant_for(audiences: frozenset[str], claim: object) -> bool:
    """Whether `aud`, a string or a list of strings (RFC 7519, 4.1.3), names one of the audiences.

    Without audiences, the claim must be absent.
    """
    if not audiences:
        return claim is None
    named = cast(list[object], claim if isinstance(claim, list) else [claim])
    return all(isinstance(name, str) for name in named) and not audiences.isdisjoint(named)
