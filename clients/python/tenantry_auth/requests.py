"""What this package reads of a request, whatever the framework."""

import re
from collections.abc import Mapping
from typing import Protocol

COOKIE = "tenantry_session"


class RequestLike(Protocol):
    """A request of Starlette, FastAPI, or Django: its headers ignore case."""

    @property
    def headers(self) -> Mapping[str, str]: ...


def read_token(request: RequestLike) -> str | None:
    """Returns the token of the Authorization header or, without one, of the cookie."""
    bearer = re.fullmatch(r"bearer +(\S+) *", request.headers.get("authorization", ""), re.I)
    if bearer:
        return bearer[1]
    pairs = (pair.partition("=") for pair in request.headers.get("cookie", "").split(";"))
    return next((value.strip() or None for name, _, value in pairs if name.strip() == COOKIE), None)
