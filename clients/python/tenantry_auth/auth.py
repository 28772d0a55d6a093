"""What an application knows about the caller of a request."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

SignedOutReason = Literal[
    "no-token",
    "token-invalid",
    "token-invalid-algorithm",
    "token-invalid-signature",
    "token-invalid-issuer",
    "token-invalid-audience",
    "token-invalid-authorized-party",
    "token-not-active-yet",
    "token-expired",
    "key-not-found",
    "keys-unavailable",
    "session-pending",
]
Claims = Mapping[str, Any]

_SCOPES = {"o": "o", "org": "o", "organization": "o", "u": "u", "user": "u"}
_ENTRY_SCOPES = ("o", "u", "ou", "uo")


def _no_claims() -> Claims:
    return {}


@dataclass(frozen=True, slots=True)
class Auth:
    """The caller. All fields are empty for a caller who is signed out, and `reason` says why."""

    user_id: str | None = None
    session_id: str | None = None
    # The organization fields are empty without an organization, and for who isn't a member of it.
    org_id: str | None = None
    org_slug: str | None = None
    org_role: str | None = None
    permissions: frozenset[str] = frozenset()
    # Features and plans with their scope, such as `o:reports`.
    features: frozenset[str] = frozenset()
    plans: frozenset[str] = frozenset()
    reason: SignedOutReason | None = None
    claims: Claims = field(default_factory=_no_claims, repr=False)

    @property
    def is_authenticated(self) -> bool:
        return self.user_id is not None

    @property
    def is_stale(self) -> bool:
        """Whether the token is genuine but expired: the browser can get another one."""
        return self.reason == "token-expired"

    def has(
        self,
        *,
        role: str | None = None,
        permission: str | None = None,
        feature: str | None = None,
        plan: str | None = None,
    ) -> bool:
        """Whether the caller has everything that is given, which must be something.

        `admin` is the same as `org:admin`. A feature or plan without a scope can be the
        organization's or the user's.
        """
        answers = [
            role is None or (bool(self.org_role) and _key(role) == _key(self.org_role or "")),
            permission is None or _key(permission) in self.permissions,
            feature is None or _includes(self.features, feature),
            plan is None or _includes(self.plans, plan),
        ]
        asked = any(value is not None for value in (role, permission, feature, plan))
        return asked and all(answers)


def _key(value: str) -> str:
    return "org:" + re.sub("^(org:)*", "", value)


def _includes(entries: frozenset[str], asked: str) -> bool:
    scope, colon, key = asked.partition(":")
    if colon:
        return f"{_SCOPES.get(scope)}:{key}" in entries
    return f"o:{asked}" in entries or f"u:{asked}" in entries


def read_claims(claims: Claims) -> Auth:
    """The caller as the claims of a token have them, in each of the three formats."""
    features, plans = split_entries(claims.get("fea")), split_entries(claims.get("pla"))
    fields: dict[str, Any] = {
        "org_id": claims.get("org_id"),
        "org_slug": claims.get("org_slug"),
        "org_role": claims.get("org_role"),
        "permissions": frozenset(claims.get("org_permissions") or ()),
    }
    if claims.get("v") == 2:
        organization: Claims = claims.get("o") or {}
        role = organization.get("rol")
        fields = {
            "org_id": organization.get("id"),
            "org_slug": organization.get("slg"),
            "org_role": f"org:{role}" if role else None,
            "permissions": frozenset(_decode_permissions(claims, organization)),
        }
    return Auth(
        claims["sub"], claims["sid"], **fields, features=features, plans=plans, claims=claims
    )


def split_entries(claim: str | None) -> frozenset[str]:
    """Splits `fea` or `pla`, whose entries are for organizations (o), users (u), or both."""
    return frozenset(f"{scope}:{key}" for scopes, key in _read_entries(claim) for scope in scopes)


def _read_entries(claim: str | None) -> list[tuple[str, str]]:
    entries = (entry.strip().partition(":") for entry in (claim or "").split(","))
    return [(scopes, key) for scopes, _, key in entries if scopes in _ENTRY_SCOPES]


def _decode_permissions(claims: Claims, organization: Claims) -> Iterable[str]:
    """Decodes `fpm`: a number for each feature, whose bit i grants the action i of `per`."""
    features = [key for scopes, key in _read_entries(claims.get("fea")) if "o" in scopes]
    actions = [action.strip() for action in (organization.get("per") or "").split(",")]
    masks = [mask.strip() for mask in (organization.get("fpm") or "").split(",")]
    for feature, mask in zip(features, masks, strict=False):
        granted = int(mask) if re.fullmatch("[0-9]+", mask) else 0
        for bit, action in enumerate(actions):
            if granted >> bit & 1:
                yield f"org:{feature}:{action}"
