"""Slugs of organizations: which are valid, and how one is derived from a name (rule 2)."""

import re

from slugify import slugify

from models.errors.input import FormatInvalid, TooLong, TooShort, ValueInvalid

SLUG_LENGTH = 64
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
RESERVED_SLUGS = frozenset(
    [
        "about",
        "account",
        "accounts",
        "admin",
        "api",
        "app",
        "assets",
        "auth",
        "billing",
        "blog",
        "create",
        "dashboard",
        "delete",
        "docs",
        "download",
        "edit",
        "events",
        "graphiql",
        "graphql",
        "healthz",
        "help",
        "home",
        "images",
        "invitations",
        "invite",
        "login",
        "logout",
        "me",
        "members",
        "metrics",
        "new",
        "null",
        "oauth",
        "org",
        "organization",
        "organizations",
        "orgs",
        "pricing",
        "public",
        "readyz",
        "root",
        "schema",
        "security",
        "settings",
        "sign-in",
        "sign-up",
        "signin",
        "signout",
        "signup",
        "sso",
        "static",
        "status",
        "support",
        "system",
        "team",
        "teams",
        "tenantry",
        "terms",
        "undefined",
        "user",
        "users",
        "webhooks",
        "well-known",
        "www",
    ]
)


def check_slug(slug: str) -> str:
    """Checks a slug (rule 2); raises the error that says what is wrong with it."""
    if not slug:
        raise TooShort("The slug must not be empty.")
    if len(slug) > SLUG_LENGTH:
        raise TooLong(f"The slug must have at most {SLUG_LENGTH} characters.", limit=SLUG_LENGTH)
    if not SLUG.fullmatch(slug):
        raise FormatInvalid(
            "The slug must consist of lowercase letters, digits, and single hyphens between them."
        )
    if slug in RESERVED_SLUGS:
        raise ValueInvalid(f"The slug {slug!r} is reserved. Choose another one.")
    return slug


def make_slug(name: str) -> str:
    """Makes a slug from a name in any script, with room for a suffix.

    A name without a single letter or digit becomes `organization`.
    """
    return slugify(name, max_length=SLUG_LENGTH - 7).strip("-") or "organization"
