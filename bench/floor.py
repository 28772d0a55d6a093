"""The floor: Starlette, which returns the same bytes to as many requests and does nothing else.

`python -m bench.floor FILE PORT` serves the bytes in the file, which it reads at `/healthz`.
"""

import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def main() -> None:
    file, port = Path(sys.argv[1]), int(sys.argv[2])

    kept = [b"{}"]

    async def answer(request: Request) -> Response:
        await request.body()
        return Response(kept[0], media_type="application/json")

    def load(request: Request) -> Response:
        kept[0] = file.read_bytes()
        return Response(b"")

    routes = [Route("/graphql", answer, methods=["POST"]), Route("/healthz", load)]
    uvicorn.run(Starlette(routes=routes), port=port, log_level="error", access_log=False)


if __name__ == "__main__":
    main()
