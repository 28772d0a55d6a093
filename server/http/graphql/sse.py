"""Results as server-sent events: the distinct connections mode of GraphQL over SSE."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from typing import Any

from prometheus_client import Gauge
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from strawberry.http.streaming import merge_stream_with_heartbeat

from server.http.graphql.encoding import EncodedBody

HEARTBEAT_SECONDS = 12.0
# Neither a cache, nor a proxy that compresses, nor nginx may hold events back.
HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store, no-transform",
    "X-Accel-Buffering": "no",
}


class GeneratorResponse(StreamingResponse):
    """Streams a generator, and closes it and those that it reads from, however the client leaves.

    A generator that is canceled while it has yielded a value stays open until it is collected.
    """

    def __init__(self, *generators: AsyncGenerator[Any]) -> None:
        super().__init__(generators[0], headers=HEADERS)
        self.generators = generators

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with AsyncExitStack() as exit_stack:
            for generator in reversed(self.generators):
                await exit_stack.enter_async_context(aclosing(generator))
            await super().__call__(scope, receive, send)


def stream_events(results: AsyncGenerator[EncodedBody], open_streams: Gauge) -> Response:
    """Sends an event `next` for each result, then `complete`.

    A comment every HEARTBEAT_SECONDS keeps the connection open. Lines end with a line feed alone,
    because some clients, such as urql, know no other end.
    """

    async def encode_results() -> AsyncGenerator[str]:
        with open_streams.track_inprogress():
            async for encoded in results:
                yield f"event: next\ndata: {encoded.json.decode()}\n\n"
        yield "event: complete\ndata:\n\n"

    events = encode_results()
    merged = merge_stream_with_heartbeat(
        lambda: events,
        lambda: ": ping\n\n",
        HEARTBEAT_SECONDS,
        send_initial_heartbeat=False,
    )
    return GeneratorResponse(merged(), events, results)
