"""Results as server-sent events: the distinct connections mode of GraphQL over SSE."""

from collections.abc import AsyncGenerator

from prometheus_client import Gauge
from starlette.responses import Response, StreamingResponse
from strawberry.http.streaming import SSETransport, merge_stream_with_heartbeat

from server.http.responses import EncodedBody

HEARTBEAT_SECONDS = 12.0
# Neither a cache nor a proxy that compresses may hold events back.
HEADERS = {"Cache-Control": "no-store, no-transform"}
TRANSPORT = SSETransport()


def stream_events(results: AsyncGenerator[EncodedBody], open_streams: Gauge) -> Response:
    """Sends an event `next` for each result, then `complete`.

    A comment every HEARTBEAT_SECONDS keeps the connection open.
    """

    async def encode_results() -> AsyncGenerator[str, None]:
        with open_streams.track_inprogress():
            async for encoded in results:
                yield TRANSPORT.encode_event("next", encoded.json.decode())
        yield TRANSPORT.encode_complete()

    stream = merge_stream_with_heartbeat(
        encode_results,
        lambda: TRANSPORT.encode_comment("ping"),
        HEARTBEAT_SECONDS,
        send_initial_heartbeat=False,
    )
    return StreamingResponse(stream(), headers={**TRANSPORT.headers, **HEADERS})
