"""What this package reads of a request, whatever the framework."""

import re
from collections.abc import Mapping
from typing import Protocol


class RequestLike(Protocol):
    """A request of Starlette, FastAPI, or Django: its headers ignore case."""

    @property
    def headers(self) -> Mapping[str, str]: ...


def read_tokens(request: RequestLike, cookie_name: str) -> list[str]:
    """Returns the token of the Authorization header or, without one, those of the cookie.

    There can be several, because a browser also sends the cookie of a parent domain, which can be
    for another application.
    """
    bearer = re.fullmatch(r"bearer +(\S+) *", request.headers.get("authorization", ""), re.I)
    if bearer:
        return [bearer[1]]
    pairs = (pair.partition("=") for pair in request.headers.get("cookie", "").split(";"))
    values = (value.strip() for name, _, value in pairs if name.strip() == cookie_name)
    return [value for value in values if value]
