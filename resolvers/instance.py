"""Updates the instance's settings."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Update, update
from sqlmodel import col

from models.database.statements import prepared_statement
from models.domains import MANUAL, OrganizationDomain
from models.errors.collector import ErrorCollector
from models.errors.input import FormatInvalid, ValueInvalid
from models.instance import FIRST_MODES, EnrollmentMode, Instance
from models.invitations import check_expiry_days
from models.organizations import check_limit
from models.validation.text import check_name, check_url
from resolvers.events.payloads import record_instance
from resolvers.foundation.changes import apply_changes
from resolvers.foundation.transaction import Transaction
from resolvers.plans.defaults import prepare_plans

LIMITS = ("max_allowed_memberships", "create_organizations_limit", "domains_per_organization")
URLS = ("invitation_url", "billing_url", "logo_url", "home_url", "sign_in_url", "sign_up_url")
# What null removes.
OPTIONAL = {"name", *URLS}
# What decides whom domains enroll.
ENROLLING = {"domains_enabled", "domains_enrollment_modes", "automatic_invitation_needs_ownership"}
MAXIMUM_ORIGINS = 100


def parse_origins(urls: list[str], schemes: frozenset[str]) -> list[str]:
    """Returns the origins in order and without duplicates.

    Raises ValueInvalid if there are too many, and FormatInvalid for a URL that isn't an origin.
    """
    if len(urls) > MAXIMUM_ORIGINS:
        raise ValueInvalid(
            f"An instance can have at most {MAXIMUM_ORIGINS} origins.", limit=MAXIMUM_ORIGINS
        )
    origins: set[str] = set()
    for url in urls:
        parts = urlsplit(check_url(url, schemes=schemes))
        if parts.path not in {"", "/"} or parts.query or parts.fragment:
            raise FormatInvalid(
                f"{url[:80]!r} is not an origin. Give only the scheme, host, and port."
            )
        origins.add(f"{parts.scheme}://{parts.netloc}".lower())
    return sorted(origins)


@prepared_statement
def _start_enrollments(now: datetime) -> Update:
    """Lets the worker enroll the users whom domains didn't enroll under the old settings."""
    is_enrolling = col(OrganizationDomain.enrollment_mode) != MANUAL
    return (
        update(OrganizationDomain)
        .where(is_enrolling)
        .values(enrollment_started_at=now, enrollment_due_at=now)
    )


def check_modes(modes: Collection[EnrollmentMode]) -> list[str]:
    """Returns the modes in their usual order; that of manual invitations is always among them."""
    if EnrollmentMode.ENTERPRISE_SSO in modes:
        raise ValueInvalid("ENTERPRISE_SSO is set by enterprise connections only.")
    chosen = {EnrollmentMode.MANUAL_INVITATION.value, *(mode.value for mode in modes)}
    return [mode for mode in FIRST_MODES if mode in chosen]


def _check_settings(given: dict[str, Any], schemes: frozenset[str]) -> dict[str, Any]:
    """Returns the settings as they are stored; raises all errors of the input at once."""
    errors = ErrorCollector()
    new = errors.reject_nulls(given, *(set(given) - OPTIONAL))
    for name in LIMITS:
        with errors.at(name):
            check_limit(new.get(name, 0), "The limit")
    for name in URLS:
        if new.get(name) is not None:
            with errors.at(name):
                check_url(new[name], schemes=schemes)
    if new.get("name") is not None:
        with errors.at("name"):
            new["name"] = check_name(new["name"])
    with errors.at("invitation_expires_in_days"):
        check_expiry_days(new.get("invitation_expires_in_days", 1))
    if "allowed_redirect_origins" in new:
        with errors.at("allowed_redirect_origins"):
            new["allowed_redirect_origins"] = parse_origins(
                new["allowed_redirect_origins"], schemes
            )
    if "domains_enrollment_modes" in new:
        with errors.at("domains_enrollment_modes"):
            new["domains_enrollment_modes"] = check_modes(new["domains_enrollment_modes"])
    errors.raise_if_any()
    return new


async def update_instance(tx: Transaction, *, given: dict[str, Any]) -> Instance:
    """Changes the settings that are given; raises all errors of the input at once."""
    if "billing_enabled" in given:
        # Before the settings, in the order in which every transaction takes these locks.
        await tx.lock_roles_exclusively()
    instance = await tx.lock_instance()
    changes = apply_changes(instance, _check_settings(given, tx.server.link_schemes))
    if changes:
        record_instance(tx, instance, changes)
    if changes.keys() & ENROLLING:
        await tx.session.execute(_start_enrollments(tx.now))
    if "billing_enabled" in changes and instance.billing_enabled:
        await prepare_plans(tx)
    return instance
