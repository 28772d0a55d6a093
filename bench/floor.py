"""The floor: Starlette, which returns the same bytes to as many requests and does nothing else.

`python -m bench.floor FILE PORT PARSER` serves the bytes in the file, which it reads at `/healthz`.
PARSER is uvicorn's parser of HTTP.
"""

import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

# A floor for each of uvicorn's parsers. Uvicorn takes the first one if it's installed.
PARSERS = ("httptools", "h11")


def main() -> None:
    file, port, parser = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    assert parser in PARSERS
    kept = [b"{}"]

    async def answer(request: Request) -> Response:
        await request.body()
        return Response(kept[0], media_type="application/json")

    def load(request: Request) -> Response:
        kept[0] = file.read_bytes()
        return Response(b"")

    routes = [Route("/graphql", answer, methods=["POST"]), Route("/healthz", load)]
    app = Starlette(routes=routes)
    uvicorn.run(app, port=port, http=parser, log_level="error", access_log=False)


if __name__ == "__main__":
    main()
