"""What a session token says: the claims of the three formats (rule 30), without I/O."""

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from models.errors.input import TokenTooLarge
from models.plans import PayerType
from resolvers.authority.plan_gate import get_feature

TOKEN_SECONDS = 60
# How long `nbf` is before `iat`, for verifiers whose clock is slow.
EARLIER_SECONDS = 10
# What browsers store as a cookie, and what servers accept in a header by default.
TOKEN_BYTES = 4_096
# The rest of a token: the header with a thumbprint as `kid`, an RSA-2048 signature, and two dots.
SIGNED_BYTES = 450
MOST_MEMBERSHIPS = 50
ORGANIZATION_PREFIX = "org:"
# The payers of plans and features, as tokens spell them.
SCOPES = {PayerType.ORGANIZATION: "o", PayerType.USER: "u"}
LEGACY_ROLES = {"org:admin": "admin", "org:member": "basic_member"}

TokenClaims = dict[str, Any]


class TokenFormat(Enum):
    V2 = "V2"
    V1 = "V1"
    LEGACY = "LEGACY"


@dataclass(frozen=True, slots=True)
class ActiveOrganization:
    """The organization of a token, with the complete keys of the caller's role and permissions."""

    id: str
    slug: str | None
    role: str
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True)
class ActivePlan:
    """The plan of the organization of a token or, in a token without one, of the user."""

    payer: PayerType
    # None if there is no plan in force.
    key: str | None
    features: frozenset[str]

    def list_entries(self, permissions: Iterable[str] = ()) -> Sequence[str]:
        """Lists the features of the plan and of the permissions, each with the payer's scope."""
        features = self.features | {get_feature(key) for key in permissions}
        return [f"{SCOPES[self.payer]}:{feature}" for feature in sorted(features)]


@dataclass(frozen=True, slots=True)
class TokenContent:
    """What the claims of a token are derived from."""

    issuer: str
    user_id: str
    session_id: str
    is_pending: bool
    now: datetime
    authorized_party: str | None
    organization: ActiveOrganization | None
    # Organization IDs with role keys, newest first, for `orgs`.
    memberships: Sequence[tuple[str, str]]
    # When the session was opened: the last time that the user is known to have authenticated.
    signed_in_at: datetime
    # None while billing is disabled.
    plan: ActivePlan | None = None
    # How long the token is valid.
    seconds: int = TOKEN_SECONDS


def make_claims(format: TokenFormat, content: TokenContent) -> TokenClaims:
    """Makes the claims of a token.

    Raises TokenTooLarge if the token would have more than 4 KB.
    """
    claims = _make_common_claims(content) | FORMATS[format](content)
    if (size := count_token_bytes(claims)) > TOKEN_BYTES:
        # The path of the largest claim, such as `fea` or `o.per`.
        flat = {key: value for key, value in claims.items() if key != "o"}
        flat |= {f"o.{key}": value for key, value in claims.get("o", {}).items()}
        name = max(flat, key=lambda key: _count_json_bytes(flat[key]))
        raise TokenTooLarge(
            f"The session token would have {size} bytes, more than the limit of {TOKEN_BYTES}. Its"
            f" largest claim is {name}. Give the role fewer or shorter permissions, or"
            " the plan fewer features.",
            claim=name,
            limit=TOKEN_BYTES,
        )
    if format is not TokenFormat.V2:
        room = TOKEN_BYTES - count_token_bytes(claims | {"orgs": {}})
        claims["orgs"] = _make_orgs(format, content.memberships, room)
    return claims


def count_token_bytes(claims: Mapping[str, Any]) -> int:
    """Counts the characters of the token when it is signed with an RSA-2048 key."""
    return SIGNED_BYTES + (_count_json_bytes(claims) * 4 + 2) // 3


def _count_json_bytes(value: object) -> int:
    return len(json.dumps(value, separators=(",", ":")))


def _make_common_claims(content: TokenContent) -> TokenClaims:
    issued_at = int(content.now.timestamp())
    party = {"azp": content.authorized_party} if content.authorized_party else {}
    return party | {
        "iss": content.issuer,
        "sub": content.user_id,
        "sid": content.session_id,
        "iat": issued_at,
        "nbf": issued_at - EARLIER_SECONDS,
        "exp": issued_at + content.seconds,
        "jti": secrets.token_hex(10),
        "fva": [max(0, (content.now - content.signed_in_at) // timedelta(minutes=1)), -1],
        "sts": "pending" if content.is_pending else "active",
    }


# ----------------------------------------------------------------------------------------------- V2


def _make_v2_claims(content: TokenContent) -> TokenClaims:
    active, plan = content.organization, content.plan
    if active is None:
        return {"v": 2, **_make_plan_claims(content)}
    features, encoded = encode_permissions(active.permissions, plan.features if plan else ())
    slug = {"slg": active.slug} if active.slug else {}
    fea = {"fea": features} if features else {}
    return {
        "v": 2,
        **_make_plan_claims(content),
        **fea,
        "o": {
            "id": active.id,
            **slug,
            "rol": active.role.removeprefix(ORGANIZATION_PREFIX),
            **encoded,
        },
    }


def _make_plan_claims(content: TokenContent) -> TokenClaims:
    """Makes `pla` and `fea` (rule 44).

    A token for an organization has only the organization's, because a verifier that asks for a
    feature without its scope would find the user's.
    """
    plan, active = content.plan, content.organization
    if plan is None:
        return {}
    pla = {"pla": f"{SCOPES[plan.payer]}:{plan.key}"} if plan.key else {}
    entries = plan.list_entries(active.permissions if active else ())
    return pla | ({"fea": ",".join(entries)} if entries else {})


def encode_permissions(
    permissions: Iterable[str], of_plan: Iterable[str] = ()
) -> tuple[str, dict[str, str]]:
    """Returns `fea`, and `per` and `fpm` of `o` (rules 30 and 44).

    `fpm` has a number for each feature, whose bit i grants the i-th action of `per`; 0 for a
    feature of the plan without a permission.
    """
    granted = {
        (feature, action) for _, feature, action in (key.split(":", 2) for key in permissions)
    }
    features = sorted({feature for feature, _ in granted} | set(of_plan))
    actions = sorted({action for _, action in granted})
    masks = [
        sum(((feature, action) in granted) << bit for bit, action in enumerate(actions))
        for feature in features
    ]
    fea = ",".join(f"o:{feature}" for feature in features)
    if not granted:
        return fea, {}
    return fea, {"per": ",".join(actions), "fpm": ",".join(map(str, masks))}


# ------------------------------------------------------------------------------------ V1 and LEGACY


def _make_v1_claims(content: TokenContent) -> TokenClaims:
    active = content.organization
    if active is None:
        return _make_plan_claims(content)
    slug = {"org_slug": active.slug} if active.slug else {}
    return {
        "org_id": active.id,
        **slug,
        "org_role": active.role,
        "org_permissions": sorted(active.permissions),
        **_make_plan_claims(content),
    }


def _make_legacy_claims(content: TokenContent) -> TokenClaims:
    active = content.organization
    return {"org_id": active.id, "org_role": to_legacy_role(active.role)} if active else {}


def to_legacy_role(role: str) -> str:
    """Returns the role as legacy tokens call it (rule 30)."""
    return LEGACY_ROLES.get(role) or role.removeprefix(ORGANIZATION_PREFIX)


def _make_orgs(
    format: TokenFormat, memberships: Sequence[tuple[str, str]], room: int
) -> dict[str, str]:
    """Makes `orgs` from the newest memberships, as many as fit into this number of characters."""
    orgs: dict[str, str] = {}
    for organization_id, key in memberships[:MOST_MEMBERSHIPS]:
        role = to_legacy_role(key) if format is TokenFormat.LEGACY else key
        room -= (len(f'"{organization_id}":"{role}",') * 4 + 2) // 3
        if room < 0:
            break
        orgs[organization_id] = role
    return orgs


FORMATS = {
    TokenFormat.V2: _make_v2_claims,
    TokenFormat.V1: _make_v1_claims,
    TokenFormat.LEGACY: _make_legacy_claims,
}
