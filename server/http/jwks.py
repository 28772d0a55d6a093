"""The public keys that verify session tokens, and the discovery document that names them."""

import hashlib

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from models.base import JSONObject
from models.errors.request import Unavailable
from models.keys.signing_keys import to_jwk_members
from resolvers.keys.signing_keys import Signer
from server.identity.signing import ALGORITHM

JWKS_PATH = "/.well-known/jwks.json"
# How long caches may keep a document: less than ANNOUNCED_BEFORE, so that no token has a key that a
# cached document lacks.
FRESH_SECONDS = 60
OPEN = {"Access-Control-Allow-Origin": "*", "Cache-Control": f"public, max-age={FRESH_SECONDS}"}


def _make_document(request: Request, content: object) -> Response:
    body = orjson.dumps(content)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {**OPEN, "ETag": tag}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


async def load_key_set(signer: Signer) -> JSONObject:
    """Loads the public keys as of now, as a JSON Web Key Set."""
    keys = await signer.published()
    return {
        "keys": [
            {**to_jwk_members(key), "alg": ALGORITHM, "kid": kid, "use": "sig"}
            for kid, key in keys.items()
        ]
    }


def routes(public_url: str, signer: Signer) -> list[BaseRoute]:
    discovery = {
        "issuer": public_url,
        "jwks_uri": f"{public_url}{JWKS_PATH}",
        "id_token_signing_alg_values_supported": [ALGORITHM],
    }

    async def jwks(request: Request) -> Response:
        try:
            key_set = await load_key_set(signer)
        except Unavailable as error:
            return JSONResponse(
                {"error": str(error)}, 503, {"Cache-Control": "no-store", "Retry-After": "1"}
            )
        return _make_document(request, key_set)

    async def configuration(request: Request) -> Response:
        return _make_document(request, discovery)

    return [Route(JWKS_PATH, jwks), Route("/.well-known/openid-configuration", configuration)]
