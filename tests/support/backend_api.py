"""Requests to the Backend API, as a service sends them with its secret key."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.api import JSON, SERVICE, Api, Caller


@dataclass(frozen=True)
class Backend:
    """A service that calls `/v1`."""

    api: Api
    caller: Caller = SERVICE
    # What all paths begin with.
    root: str = "/v1"

    async def send(
        self, method: str, path: str, body: Any = None, /, **options: Any
    ) -> httpx.Response:
        """Sends a request; without a body, no body at all."""
        headers = {"content-type": "application/json"} | options.pop("headers", {})
        if self.caller.authorization:
            headers["authorization"] = self.caller.authorization
        if body is not None:
            options["json"] = body
        return await self.api.client.request(
            method, f"{self.root}{path}", headers=headers, **options
        )

    async def get(self, path: str, **query: Any) -> Any:
        """Reads something that exists."""
        return succeed(await self.send("GET", path, params=query))

    async def change(self, method: str, path: str, body: Any = None) -> Any:
        """Changes something, which succeeds."""
        return succeed(await self.send(method, path, body))

    async def refuse(
        self, method: str, path: str, body: Any = None, /, **options: Any
    ) -> tuple[int, list[str]]:
        """Sends a request that fails; returns its status, and code and parameter of each fault."""
        return faults(await self.send(method, path, body, **options))


def succeed(response: httpx.Response) -> Any:
    assert response.status_code == 200, response.text
    # Clients of the original read a body of any other type as text.
    assert response.headers["content-type"] == "application/json", response.text
    return response.json()


def faults(response: httpx.Response) -> tuple[int, list[str]]:
    """Returns the status, and each fault as `code` or `code parameter`."""
    assert response.headers["content-type"] == "application/json", response.text
    body: JSON = response.json()
    assert body["clerk_trace_id"] == response.headers["x-request-id"]
    for error in body["errors"]:
        assert error["message"]
        assert error["long_message"]
        assert error.keys() == {"code", "message", "long_message", "meta"}
    return response.status_code, [
        " ".join(filter(None, (error["code"], error["meta"].get("param_name"))))
        for error in body["errors"]
    ]
