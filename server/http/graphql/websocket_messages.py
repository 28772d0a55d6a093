"""Messages of `graphql-transport-ws`, and the close codes for those that break the protocol."""

from typing import Any

import orjson

from server.http.protocols.websocket import TRY_AGAIN_LATER
from server.http.requests import HttpError, parse_operation
from server.identity.tokens import InvalidCredential

ID_LENGTH = 128


class Closed(Exception):
    """Closes a socket, with a code of the protocol and a reason for the client's developer."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def invalid_message(reason: str) -> Closed:
    return Closed(4400, reason)


def to_closed(error: Exception) -> Closed:
    """Converts an invalid credential, or an unavailable database, into the code for it."""
    if isinstance(error, InvalidCredential):
        return Closed(4403, f"Forbidden: {error}")
    return Closed(TRY_AGAIN_LATER, str(error))


def parse_message(text: str | None) -> dict[str, Any]:
    """Parses a message and checks its parts; the payload of `subscribe` becomes an Operation.

    Raises Closed.
    """
    if text is None:
        raise invalid_message("A message must be text")
    try:
        message: Any = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise invalid_message("A message must be JSON") from error
    if not isinstance(message, dict):
        raise invalid_message("A message must be an object")
    _check_parts(message)  # pyright: ignore[reportUnknownArgumentType]
    if message["type"] == "subscribe":
        try:
            message["payload"] = parse_operation(message.get("payload") or {}, text.encode())  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
        except HttpError as error:
            raise invalid_message(str(error)) from error
    return message  # pyright: ignore[reportUnknownVariableType]


def _check_parts(message: dict[str, Any]) -> None:
    if not isinstance(message.get("type"), str):
        raise invalid_message("A message must have a type")
    if not isinstance(message.get("payload"), (dict, type(None))):
        raise invalid_message("A payload must be an object")
    if message["type"] not in {"subscribe", "complete"}:
        return
    id = message.get("id")
    if not isinstance(id, str) or not 0 < len(id) <= ID_LENGTH:
        raise invalid_message(f"An id must be a string of 1 to {ID_LENGTH} characters")


def find_authorization(message: dict[str, Any]) -> list[str]:
    """Returns the values of `authorization` in the payload of `connection_init`; raises Closed."""
    payload: dict[str, Any] = message.get("payload") or {}
    values = [value for key, value in payload.items() if key.lower() == "authorization"]
    if not values:
        raise Closed(
            4401, 'Unauthorized: connection_init has no payload {"authorization": "Bearer …"}'
        )
    if not all(isinstance(value, str) for value in values):
        raise Closed(4403, "Forbidden: authorization must be a string")
    return values
