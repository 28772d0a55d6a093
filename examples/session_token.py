import os
from typing import Any

import jwt

ISSUER, ORIGINS = os.environ["TENANTRY_PUBLIC_URL"], {os.environ["APP_ORIGIN"]}
KEYS = jwt.PyJWKClient(f"{ISSUER}/.well-known/jwks.json")


def verified(token: str) -> dict[str, Any]:  # raises jwt.PyJWTError for anything but an active session's token
    key = KEYS.get_signing_key_from_jwt(token)
    claims = jwt.decode(token, key, ["RS256"], issuer=ISSUER, leeway=5, options={"require": ["exp", "sub", "sid"]})
    if claims.get("azp") not in ORIGINS or claims["sts"] != "active":
        raise jwt.InvalidTokenError("it is for another application, or its user has yet to choose an organization")
    return claims


def permissions(claims: dict[str, Any]) -> set[str]:
    features = [name[2:] for name in claims.get("fea", "").split(",") if name.startswith("o:")]
    actions, masks = (claims.get("o", {}).get(name, "").split(",") for name in ("per", "fpm"))
    granted = [(feature, int(mask)) for feature, mask in zip(features, masks, strict=False)]
    return {f"org:{feature}:{action}" for feature, mask in granted for i, action in enumerate(actions) if mask >> i & 1}
