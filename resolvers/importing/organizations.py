"""Imports organizations, without members (rules 2 and 5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from models.base import new_id
from models.database.statements import AnySelect, prepared_statement
from models.errors.collector import ErrorCollector
from models.errors.input import IdentifierExists, ResourceNotFound
from models.events import EventType
from models.instance import Instance
from models.organizations import Organization, check_limit
from models.roles import RoleSet
from models.users import User
from models.validation.slugs import RESERVED_SLUGS, check_slug, make_slug
from models.validation.text import (
    check_external_id,
    check_metadata,
    check_name,
    check_url,
    to_search_text,
)
from resolvers.events.payloads import record_organization
from resolvers.importing.batch import Batch, load_organizations, load_users, select_known
from resolvers.importing.records import OrganizationRecord
from resolvers.importing.report import Outcome
from resolvers.organizations.rows import update_row
from resolvers.organizations.slugs import add_suffix


@dataclass(slots=True)
class _Known:
    """What is here already."""

    instance: Instance
    organizations: Mapping[str, Organization]
    creators: Mapping[str, User]
    role_sets: Mapping[str | None, RoleSet]
    # The ID of the organization that has each slug.
    slugs: dict[str, str]


async def import_organizations(batch: Batch, records: Sequence[OrganizationRecord]) -> None:
    known = await _load_known(batch, records)
    for record in records:
        organization = known.organizations.get(record.external_id)
        if organization is None:
            _create(batch, known, record)
        elif not batch.keep(record, f"The organization {record.external_id[:80]!r}"):
            await _update(batch, known, organization, record)


async def _load_known(batch: Batch, records: Sequence[OrganizationRecord]) -> _Known:
    tx = batch.tx
    sets = list((await tx.session.execute(select(RoleSet))).scalars())
    role_sets: dict[str | None, RoleSet] = {one.key: one for one in sets}
    role_sets[None] = next(one for one in sets if one.is_initial)
    slugs = {record.slug or make_slug(record.name) for record in records}
    owners = (await tx.session.execute(_select_owners(slugs))).all()
    creators = {record.created_by for record in records if record.created_by}
    return _Known(
        await tx.load_instance(),
        await load_organizations(tx, {record.external_id for record in records}),
        await load_users(tx, batch.options.issuer, creators),
        role_sets,
        {slug: id for slug, id in owners},
    )


@prepared_statement
def _select_owners(slugs: set[str]) -> AnySelect:
    return select(Organization.slug, Organization.id).where(col(Organization.slug).in_(slugs))


def _check(
    batch: Batch,
    errors: ErrorCollector,
    known: _Known,
    record: OrganizationRecord,
    own_id: str | None = None,
) -> dict[str, Any]:
    """Checks the fields that can change, and returns their columns."""
    new: dict[str, Any] = {
        "name": record.name,
        "public_metadata": record.public_metadata,
        "private_metadata": record.private_metadata,
        "max_allowed_memberships": record.max_allowed_memberships,
        "admin_delete_enabled": record.admin_delete_enabled,
    }
    with errors.at("name"):
        new["name"] = check_name(record.name)
    with errors.at("slug"):
        if record.slug is not None and known.instance.slugs_enabled:
            new["slug"] = check_slug(record.slug)
            if known.slugs.get(record.slug, own_id) != own_id:
                raise IdentifierExists(
                    f"Another organization already has the slug {record.slug!r}. If it is this one,"
                    f" set its externalId to {record.external_id[:80]!r}."
                )
    with errors.at("image_url"):
        if record.image_url is not None:
            schemes = batch.tx.server.link_schemes
            new["image_url"] = check_url(record.image_url, schemes=schemes)
    for name in ("public_metadata", "private_metadata"):
        with errors.at(name):
            check_metadata(new[name])
    with errors.at("max_allowed_memberships"):
        check_limit(record.max_allowed_memberships, "The membership limit")
    return new


def _create(batch: Batch, known: _Known, record: OrganizationRecord) -> None:
    errors, role_set = ErrorCollector(), known.role_sets.get(record.role_set)
    with errors.at("external_id"):
        check_external_id(record.external_id)
    new = _check(batch, errors, known, record)
    with errors.at("role_set"):
        if role_set is None:
            raise ResourceNotFound(f"The role set {(record.role_set or '')[:80]!r} doesn't exist.")
    if errors.errors or not role_set:
        batch.refuse(record, errors.errors)
        return
    if "slug" not in new and known.instance.slugs_enabled:
        new["slug"] = _derive_slug(known, new["name"])
    at, creator = batch.to_time(record.created_at), known.creators.get(record.created_by or "")
    organization = Organization(
        id=new_id(Organization.prefix, at),
        created_at=at,
        updated_at=batch.tx.now,
        external_id=record.external_id,
        created_by_id=creator.id if creator else None,
        role_set_id=role_set.id,
        **new,
    )
    organization.search_text = to_search_text(organization.name, organization.slug)
    if organization.slug:
        known.slugs[organization.slug] = organization.id
    batch.tx.session.add(organization)
    record_organization(batch.tx, EventType.ORGANIZATION_CREATED, organization)
    batch.count(Outcome.CREATED)


def _derive_slug(known: _Known, name: str) -> str:
    slug = make_slug(name)
    return add_suffix(slug) if slug in RESERVED_SLUGS or slug in known.slugs else slug


async def _update(
    batch: Batch, known: _Known, organization: Organization, record: OrganizationRecord
) -> None:
    """Updates all but the role set, whose change needs a new role for each member."""
    errors = ErrorCollector()
    new = _check(batch, errors, known, record, organization.id)
    if errors.errors:
        batch.refuse(record, errors.errors)
        return
    role_set = known.role_sets.get(record.role_set)
    if record.role_set and (role_set is None or role_set.id != organization.role_set_id):
        batch.warn(
            record,
            "form_param_value_invalid",
            f"The organization keeps its role set. Call setOrganizationRoleSet to give it"
            f" {record.role_set[:80]!r}.",
        )
    changed = await update_row(batch.tx, organization, select_known(record, new))
    if organization.slug:
        known.slugs[organization.slug] = organization.id
    batch.count(Outcome.UPDATED if changed else Outcome.UNCHANGED)
