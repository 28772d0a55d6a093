"""Results as server-sent events: the distinct connections mode of GraphQL over SSE."""

from collections.abc import AsyncGenerator

from prometheus_client import Gauge
from starlette.responses import Response, StreamingResponse
from strawberry.http.streaming import merge_stream_with_heartbeat

from server.http.responses import EncodedBody

HEARTBEAT_SECONDS = 12.0
# Neither a cache, nor a proxy that compresses, nor nginx may hold events back.
HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store, no-transform",
    "X-Accel-Buffering": "no",
}


def stream_events(results: AsyncGenerator[EncodedBody], open_streams: Gauge) -> Response:
    """Sends an event `next` for each result, then `complete`.

    A comment every HEARTBEAT_SECONDS keeps the connection open. Lines end with a line feed alone,
    because some clients, such as urql, know no other end.
    """

    async def encode_results() -> AsyncGenerator[str, None]:
        with open_streams.track_inprogress():
            async for encoded in results:
                yield f"event: next\ndata: {encoded.json.decode()}\n\n"
        yield "event: complete\ndata:\n\n"

    stream = merge_stream_with_heartbeat(
        encode_results,
        lambda: ": ping\n\n",
        HEARTBEAT_SECONDS,
        send_initial_heartbeat=False,
    )
    return StreamingResponse(stream(), headers=HEADERS)
