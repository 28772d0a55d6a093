"""Sends responses, with the headers that all of them have."""

from collections.abc import Callable, Iterable
from typing import Any

from starlette.types import Message, Scope, Send

from server.observability.records import RequestRecord

REQUEST_ID = b"x-request-id"
# The headers of every response; one that a cache can keep has another Cache-Control.
SAFE_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
RAW_SAFE_HEADERS = [(name.lower().encode(), value.encode()) for name, value in SAFE_HEADERS.items()]
# The extension in the scope of a request that writes a whole response at once, if it can.
RESPOND = "tenantry.respond"

Respond = Callable[[Scope, int, Iterable[tuple[bytes, bytes]], bytes], bool]


class RecordedSend:
    """Sends the messages of an application, and records the status.

    It adds SAFE_HEADERS and the ID of the request, also to a response that rejects a WebSocket.
    """

    __slots__ = ("_head", "_record", "_respond", "_scope", "_send")

    def __init__(self, scope: Scope, send: Send, record: RequestRecord) -> None:
        extension: Any = scope.get("extensions", {}).get(RESPOND)
        self._respond: Respond | None = extension and extension["respond"]
        self._scope = scope
        self._send = send
        self._record = record
        # The head of a response whose body follows at once.
        self._head: Message | None = None

    async def __call__(self, message: Message) -> None:
        match message["type"]:
            case "http.response.body" if self._head:
                head, self._head = self._head, None
                await self._send_whole(head, message)
            case "http.response.start" | "websocket.http.response.start":
                self._record.status = message["status"]
                headers = add_headers(message["headers"], self._record.request_id)
                message["headers"] = headers
                if self._respond and _is_whole(dict(headers)):
                    self._head = message
                else:
                    await self._send(message)
            case "websocket.accept":
                self._record.status = 101
                message["headers"].append((REQUEST_ID, self._record.request_id.encode()))
                await self._send(message)
            case _:
                await self._send(message)

    async def _send_whole(self, head: Message, message: Message) -> None:
        body = message.get("body", b"")
        if (
            message.get("more_body")
            or self._respond is None
            or not self._respond(self._scope, head["status"], head["headers"], body)
        ):
            await self._send(head)
            await self._send(message)


def _is_whole(headers: dict[bytes, bytes]) -> bool:
    """Whether the body follows at once, and the connection stays as it is."""
    return b"content-length" in headers and b"connection" not in headers


def add_headers(given: Iterable[tuple[bytes, bytes]], request_id: str) -> list[tuple[bytes, bytes]]:
    """Adds the ID of the request, and those of SAFE_HEADERS that the response doesn't have."""
    headers = [*given, (REQUEST_ID, request_id.encode())]
    # The names that Starlette sends are in lower case.
    names = dict(headers)
    for header in RAW_SAFE_HEADERS:
        if header[0] not in names:
            headers.append(header)
    return headers
