"""All endpoints of the Backend API."""

from typing import Any

from server.http.backend import (
    api_keys,
    billing,
    domains,
    invitations,
    logos,
    memberships,
    of_user,
    organization_settings,
    organizations,
    permissions,
    role_sets,
    roles,
    sessions,
    users,
)
from server.http.backend.foundation.endpoints import Endpoint

ENDPOINTS: list[Endpoint[Any]] = [
    *organizations.ENDPOINTS,
    *logos.ENDPOINTS,
    *memberships.ENDPOINTS,
    *invitations.ENDPOINTS,
    *domains.ENDPOINTS,
    *permissions.ENDPOINTS,
    *roles.ENDPOINTS,
    *role_sets.ENDPOINTS,
    *organization_settings.ENDPOINTS,
    *users.ENDPOINTS,
    *of_user.ENDPOINTS,
    *sessions.ENDPOINTS,
    *billing.ENDPOINTS,
    *api_keys.ENDPOINTS,
]
