"""Connections to the server."""

import httpx


class Connections(httpx.AsyncBaseTransport):
    """Opens a connection for each request.

    An open one would only work in its own event loop, and Django runs a loop for each request.
    """

    def __init__(self) -> None:
        # Reading the certificates takes longer than a request.
        self._context = httpx.create_ssl_context()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        async with httpx.AsyncClient(verify=self._context) as client:
            answer = await client.send(request, stream=True)
            body = b"".join([chunk async for chunk in answer.aiter_raw()])
        return httpx.Response(
            answer.status_code, headers=answer.headers, stream=httpx.ByteStream(body)
        )
