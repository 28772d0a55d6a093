"""Results as server-sent events: the distinct connections mode of GraphQL over SSE."""

from collections.abc import AsyncGenerator
from typing import Any

import orjson
from starlette.responses import Response, StreamingResponse
from strawberry.http.streaming import SSETransport, merge_stream_with_heartbeat

HEARTBEAT_SECONDS = 12.0
TRANSPORT = SSETransport()


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


def stream_events(results: AsyncGenerator[dict[str, Any]]) -> Response:
    """An event `next` for each result, then `complete`;
    a comment now and then keeps the connection open.
    """

    async def told() -> AsyncGenerator[str, None]:
        async for body in results:
            yield TRANSPORT.encode_next(body, _json)  # pyright: ignore[reportArgumentType]
        yield TRANSPORT.encode_complete()

    stream = merge_stream_with_heartbeat(
        told,
        lambda: TRANSPORT.heartbeat_message(_json),
        HEARTBEAT_SECONDS,
        send_initial_heartbeat=False,
    )
    return StreamingResponse(stream(), headers=dict(TRANSPORT.headers))
