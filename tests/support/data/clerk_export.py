"""Folders with what Clerk's Backend API answers, of any size."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from models.roles import SYSTEM_PERMISSIONS

JSON = dict[str, Any]
PAGE = 500
# 2024-01-01, in milliseconds.
EPOCH = 1_704_067_200_000


def clerk_user(number: int, /, **values: Any) -> JSON:
    address: JSON = {
        "id": f"idn_{number}",
        "object": "email_address",
        "email_address": f"user{number}@example.com",
        "verification": {"status": "verified", "strategy": "email_code"},
        "linked_to": [],
    }
    return {
        "object": "user",
        "id": f"user_{number:06}",
        "external_id": f"app-{number}",
        "username": None,
        "first_name": "Ada",
        "last_name": f"Number {number}",
        "image_url": "https://img.clerk.com/ada.png",
        "has_image": True,
        "primary_email_address_id": address["id"],
        "email_addresses": [address],
        "phone_numbers": [],
        "public_metadata": {"plan": "gold"},
        "private_metadata": {"crm": number},
        "unsafe_metadata": {},
        "password_enabled": True,
        "banned": False,
        "create_organization_enabled": True,
        "create_organizations_limit": None,
        "created_at": EPOCH + number,
        "updated_at": EPOCH + number,
        **values,
    }


def clerk_organization(number: int, /, **values: Any) -> JSON:
    return {
        "object": "organization",
        "id": f"org_{number:06}",
        "name": f"Company {number}",
        "slug": f"company-{number}",
        "image_url": "https://img.clerk.com/default.png",
        "has_image": False,
        "max_allowed_memberships": 0,
        "admin_delete_enabled": True,
        "public_metadata": {"tier": 1},
        "private_metadata": {},
        "created_by": "user_000000",
        "role_set_key": "role_set:primary",
        "created_at": EPOCH + number,
        "updated_at": EPOCH + number,
        **values,
    }


def clerk_membership(
    organization: int, user: int, role: str = "org:member", /, **values: Any
) -> JSON:
    return {
        "object": "organization_membership",
        "id": f"orgmem_{organization}_{user}",
        "role": role,
        "role_name": role.removeprefix("org:").capitalize(),
        "permissions": [],
        "public_metadata": {"seat": "A"},
        "private_metadata": {},
        "organization": clerk_organization(organization),
        "public_user_data": {
            "user_id": f"user_{user:06}",
            "identifier": f"user{user}@example.com",
            "first_name": "Ada",
            "last_name": f"Number {user}",
            "image_url": "https://img.clerk.com/ada.png",
            "has_image": True,
        },
        "created_at": EPOCH + user,
        "updated_at": EPOCH + user,
        **values,
    }


def clerk_invitation(organization: int, number: int, /, **values: Any) -> JSON:
    return {
        "object": "organization_invitation",
        "id": f"orginv_{organization}_{number}",
        "organization_id": f"org_{organization:06}",
        "email_address": f"invited{number}@example.com",
        "role": "org:member",
        "role_name": "Member",
        "status": "pending",
        "inviter_id": None,
        "public_metadata": {},
        "private_metadata": {"campaign": number},
        "url": "https://accounts.example.com?__clerk_ticket=secret",
        "expires_at": 4_000_000_000_000,
        "created_at": EPOCH + number,
        "updated_at": EPOCH + number,
        **values,
    }


def clerk_domain(organization: int, name: str, /, **values: Any) -> JSON:
    return {
        "object": "organization_domain",
        "id": f"orgdmn_{name}",
        "organization_id": f"org_{organization:06}",
        "name": name,
        "enrollment_mode": "automatic_suggestion",
        "affiliation_verification": {"status": "verified", "strategy": "email_code"},
        "created_at": EPOCH,
        "updated_at": EPOCH,
        **values,
    }


def clerk_permission(key: str) -> JSON:
    return {
        "object": "permission",
        "id": f"perm_{key}",
        "key": key,
        "name": SYSTEM_PERMISSIONS[key][0] if key in SYSTEM_PERMISSIONS else "Read reports",
        "description": "",
        "type": "system" if key.startswith("org:sys_") else "user",
    }


def clerk_role(key: str, *permissions: str) -> JSON:
    return {
        "object": "role",
        "id": f"role_{key}",
        "key": key,
        "name": key.removeprefix("org:").capitalize(),
        "description": None,
        "permissions": [clerk_permission(permission) for permission in permissions],
        "is_creator_eligible": False,
    }


def write_list(folder: Path, name: str, entries: list[JSON]) -> None:
    """Writes the pages of a list. The first entry of a page is in its second line."""
    (folder / name).mkdir(parents=True, exist_ok=True)
    for start in range(0, max(1, len(entries)), PAGE):
        page = ",\n".join(json.dumps(entry) for entry in entries[start : start + PAGE])
        path = folder / name / f"{start // PAGE + 1}.json"
        text = f'{{"total_count": {len(entries)}, "data": [\n{page}\n]}}\n'
        path.write_text(text, encoding="utf-8")


def write_company(folder: Path, *, users: int, organizations: int) -> None:
    """Writes users who are members of up to three organizations, half of all of the first one."""
    memberships: dict[int, dict[int, JSON]] = {}
    for user in range(users):
        for organization in _choose_organizations(user, organizations):
            own = memberships.setdefault(organization, {})
            own[user] = clerk_membership(organization, user, "org:member" if own else "org:admin")
    write_list(folder, "users", [clerk_user(number) for number in range(users)])
    write_list(folder, "organizations", [clerk_organization(one) for one in range(organizations)])
    for organization, own in memberships.items():
        write_list(folder / "memberships", f"org_{organization:06}", list(own.values()))
        invitations = [clerk_invitation(organization, organization)]
        write_list(folder / "invitations", f"org_{organization:06}", invitations)
    domains = [clerk_domain(one, f"company{one}.org") for one in range(organizations)]
    write_list(folder, "organization_domains", domains)
    roles = [
        clerk_role("org:admin", *SYSTEM_PERMISSIONS),
        clerk_role("org:analyst", "org:sys_memberships:read", "org:reports:read"),
    ]
    write_list(folder, "organization_roles", roles)
    permissions = [*SYSTEM_PERMISSIONS, "org:reports:read"]
    write_list(folder, "organization_permissions", [clerk_permission(key) for key in permissions])


def _choose_organizations(user: int, organizations: int) -> Iterator[int]:
    yield user % organizations
    if user % 2:
        yield 0
    if user % 3 == 0:
        yield (user * 7 + 1) % organizations
