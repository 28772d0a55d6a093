"""What a session token says: the claims of the three formats (rule 30), without I/O."""

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from models.errors import TokenTooLarge

TOKEN_SECONDS = 60
# `nbf` lies that far before `iat`, for verifiers whose clock is behind.
EARLIER_SECONDS = 10
# What a browser keeps as a cookie, and what servers take in a header without a thought.
TOKEN_BYTES = 4_096
# The rest of a token: header with a thumbprint as `kid`, the signature of an RSA-2048 key, two
# dots.
SIGNED_BYTES = 450
MOST_MEMBERSHIPS = 50
ORGANIZATION_PREFIX = "org:"
LEGACY_ROLES = {"org:admin": "admin", "org:member": "basic_member"}

TokenClaims = dict[str, Any]


class TokenFormat(Enum):
    V2 = "V2"
    V1 = "V1"
    LEGACY = "LEGACY"


@dataclass(frozen=True, slots=True)
class ActiveOrganization:
    """The organization of a token, with what the caller's
    role in it holds; role and permissions are whole keys.
    """

    id: str
    slug: str | None
    role: str
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True)
class TokenContent:
    """What a token is made of.

    `memberships` are (organization id, role key), newest first, for `orgs`; `signed_in_at` is when
    the session was opened, the newest moment at which somebody is known to have proven who they
    are.
    """

    issuer: str
    user_id: str
    session_id: str
    is_pending: bool
    now: datetime
    authorized_party: str | None
    organization: ActiveOrganization | None
    memberships: Sequence[tuple[str, str]]
    signed_in_at: datetime


def make_claims(format: TokenFormat, content: TokenContent) -> TokenClaims:
    """The claims of a token that lives for a minute.

    Raises TokenTooLarge for one of more than 4 KB.
    """
    made = _common(content) | FORMATS[format](content)
    if (size := count_token_bytes(made)) > TOKEN_BYTES:
        name = _largest(made)
        raise TokenTooLarge(
            f"The session token would have {size} bytes, {TOKEN_BYTES} at most: its claim {name}"
            f" is too large."
            " Give the role fewer or shorter permissions.",
            claim=name,
            limit=TOKEN_BYTES,
        )
    if format is not TokenFormat.V2:
        made["orgs"] = _fitting_orgs(
            format, content.memberships, TOKEN_BYTES - count_token_bytes(made | {"orgs": {}})
        )
    return made


def count_token_bytes(claims: Mapping[str, Any]) -> int:
    """How long the signed token is, in characters; a larger
    key than RSA-2048 adds the rest of its signature.
    """
    return SIGNED_BYTES + (_json_bytes(claims) * 4 + 2) // 3


def _json_bytes(value: object) -> int:
    return len(json.dumps(value, separators=(",", ":")))


def _largest(claims: TokenClaims) -> str:
    """The largest claim by its path, such as `fea` or `o.per`."""
    flat = {key: value for key, value in claims.items() if key != "o"}
    flat |= {f"o.{key}": value for key, value in claims.get("o", {}).items()}
    return max(flat, key=lambda key: _json_bytes(flat[key]))


def _common(content: TokenContent) -> TokenClaims:
    issued_at = int(content.now.timestamp())
    party = {"azp": content.authorized_party} if content.authorized_party else {}
    return party | {
        "iss": content.issuer,
        "sub": content.user_id,
        "sid": content.session_id,
        "iat": issued_at,
        "nbf": issued_at - EARLIER_SECONDS,
        "exp": issued_at + TOKEN_SECONDS,
        "jti": secrets.token_hex(10),
        "fva": [_minutes(content.now - content.signed_in_at), -1],
        "sts": "pending" if content.is_pending else "active",
    }


# ----------------------------------------------------------------------------------------------- V2


def _minutes(duration: timedelta) -> int:
    return max(0, int(duration.total_seconds() // 60))


def _bare(role: str) -> str:
    return role.removeprefix(ORGANIZATION_PREFIX)


def _second(content: TokenContent) -> TokenClaims:
    active = content.organization
    if active is None:
        return {"v": 2}
    features, encoded = encode_permissions(active.permissions)
    slug = {"slg": active.slug} if active.slug else {}
    listed = {"fea": features} if features else {}
    return {"v": 2, **listed, "o": {"id": active.id, **slug, "rol": _bare(active.role), **encoded}}


def encode_permissions(permissions: Iterable[str]) -> tuple[str, dict[str, str]]:
    """`fea`, and `per` and `fpm` of `o`: a number a
    feature, whose bit i grants the i-th action (rule 30).
    """
    granted = {
        (feature, action) for _, feature, action in (key.split(":", 2) for key in permissions)
    }
    features = sorted({feature for feature, _ in granted})
    actions = sorted({action for _, action in granted})
    if not granted:
        return "", {}
    masks = [
        sum(((feature, action) in granted) << bit for bit, action in enumerate(actions))
        for feature in features
    ]
    listed = ",".join(f"o:{feature}" for feature in features)
    return listed, {"per": ",".join(actions), "fpm": ",".join(map(str, masks))}


# ------------------------------------------------------------------------------------ V1 and LEGACY


def _first(content: TokenContent) -> TokenClaims:
    active = content.organization
    if active is None:
        return {}
    slug = {"org_slug": active.slug} if active.slug else {}
    return {
        "org_id": active.id,
        **slug,
        "org_role": active.role,
        "org_permissions": sorted(active.permissions),
    }


def _legacy(content: TokenContent) -> TokenClaims:
    active = content.organization
    return {"org_id": active.id, "org_role": to_legacy_role(active.role)} if active else {}


def to_legacy_role(role: str) -> str:
    """A role as it was called in 2022 (rule 30)."""
    return LEGACY_ROLES.get(role) or _bare(role)


def _fitting_orgs(
    format: TokenFormat, memberships: Sequence[tuple[str, str]], room: int
) -> dict[str, str]:
    """The newest memberships, 50 at most, as many as
    there is room for: `room` is in characters of a token.
    """
    orgs: dict[str, str] = {}
    for organization_id, key in memberships[:MOST_MEMBERSHIPS]:
        role = to_legacy_role(key) if format is TokenFormat.LEGACY else key
        room -= (len(f'"{organization_id}":"{role}",') * 4 + 2) // 3
        if room < 0:
            break
        orgs[organization_id] = role
    return orgs


FORMATS = {TokenFormat.V2: _second, TokenFormat.V1: _first, TokenFormat.LEGACY: _legacy}
