"""Reads what a user may do in an organization from the server, and keeps it for some seconds."""

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from tenantry_auth.auth import Auth
from tenantry_auth.errors import ConfigurationError, Unavailable
from tenantry_auth.tokens import Clock

KEPT_SECONDS = 10.0
MOST_ENTRIES = 10_000
# Longer than every slug and ID. It comes from a URL, and is kept.
LONGEST_REFERENCE = 100
TIMEOUT_SECONDS = 15.0
DOCUMENT = """query Access($by: OrganizationBy!, $userId: ID!) {
  organization(by: $by) {
    id
    slug
    plan { key }
    features { key }
    membership(userId: $userId) { role { key } permissions }
  }
}"""

Kept = OrderedDict[tuple[str, str], tuple[float, Auth]]


@dataclass(slots=True)
class AccessReader:
    """Reads rights with a secret key."""

    url: str
    secret_key: str | None = field(repr=False)
    clock: Clock
    transport: httpx.AsyncBaseTransport
    _kept: Kept = field(default_factory=Kept)

    async def read(self, caller: Auth, slug_or_id: str) -> Auth:
        """Returns the caller in this organization, whose fields are empty for an outsider."""
        assert caller.user_id
        key = (caller.user_id, slug_or_id)
        until, access = self._kept.get(key, (0.0, Auth()))
        if until <= self.clock():
            # Counts from before the question: the answer is not newer than that.
            until = self.clock() + KEPT_SECONDS
            access = make_access(await self._ask(*key))
            self._kept.pop(key, None)
            self._kept[key] = (until, access)
            if len(self._kept) > MOST_ENTRIES:
                self._kept.popitem(last=False)
        mine = {"user_id": caller.user_id, "session_id": caller.session_id}
        return replace(access, **mine, claims=caller.claims)

    async def _ask(self, user_id: str, slug_or_id: str) -> Any:
        if not self.secret_key:
            raise ConfigurationError("To read an organization, Tenantry needs a secret_key.")
        if not 0 < len(slug_or_id) <= LONGEST_REFERENCE:
            return None
        # A slug has no underscore.
        by = {"id" if slug_or_id.startswith("org_") else "slug": slug_or_id}
        body = {"query": DOCUMENT, "variables": {"by": by, "userId": user_id}}
        headers = {"Authorization": f"Bearer {self.secret_key}"}
        try:
            async with httpx.AsyncClient(
                transport=self.transport, timeout=TIMEOUT_SECONDS
            ) as client:
                answer = await client.post(f"{self.url}/graphql", json=body, headers=headers)
            found = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise Unavailable(f"The Tenantry server doesn't answer: {error!r}.") from error
        if not found.get("data") or found.get("errors"):
            text = answer.text[:200]
            raise Unavailable(f"The Tenantry server answered {answer.status_code}: {text}")
        return found["data"]["organization"]


def make_access(organization: Any) -> Auth:
    """Makes the organization fields, which are empty for outsiders and if there is none."""
    if not organization or not organization["membership"]:
        return Auth()
    permissions = organization["membership"]["permissions"]
    keys = {feature["key"] for feature in organization["features"]}
    keys |= {permission.split(":")[1] for permission in permissions}
    plan = organization["plan"]
    return Auth(
        org_id=organization["id"],
        org_slug=organization["slug"],
        org_role=organization["membership"]["role"]["key"],
        permissions=frozenset(permissions),
        features=frozenset(f"o:{key}" for key in keys),
        plans=frozenset([f"o:{plan['key']}"] if plan else ()),
    )
