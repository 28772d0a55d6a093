"""The loaders of an operation: everything that is read in batches."""

from asyncio import gather
from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from typing import Any

from sqlmodel import col

from models.base import parse_prefix
from models.database.store import Readable
from models.domains import OrganizationDomain
from models.invitations import Invitation
from models.keys.api_keys import ApiKey
from models.keys.secret_keys import SecretKey
from models.membership_requests import MembershipRequest, OrganizationSuggestion
from models.memberships import Membership
from models.organizations import Organization
from models.plans import Feature, PayerType, Plan, PlanSubscription
from models.roles import DeletedRole, Permission, Role, RoleSet
from models.sessions import Session
from models.users import User
from models.webhooks import WebhookDelivery, WebhookEndpoint
from resolvers.api_keys.lists import load_granted_permissions
from resolvers.authority.access import Grant
from resolvers.authority.plan_gate import filter_by_features
from resolvers.domains.lists import count_pending_invitations, count_pending_suggestions
from resolvers.events.event_log import load_event_pages
from resolvers.foundation.server import Clock
from resolvers.foundation.transaction import Transaction
from resolvers.invitations.lists import load_last_mails
from resolvers.lists.pages import ListRequest, Page, load_list_counts, load_list_pages
from resolvers.lists.specs import RecordT
from resolvers.members.lists import MEMBERSHIPS_OF_USER
from resolvers.members.seats import SeatLimit, choose_seat_limit
from resolvers.queries.batching import (
    Batched,
    BatchedAt,
    BatchedByRequest,
    BatchLoader,
    SoleReader,
    get_value,
)
from resolvers.queries.grants import (
    load_grants_of_holders,
    load_organizations_of_members,
    load_roles_ever,
)
from resolvers.queries.memberships import (
    load_is_managed,
    load_memberships,
    load_visible_memberships,
)
from resolvers.queries.plans import (
    load_features_of_plans,
    load_live_subscriptions,
    load_plans_of_organizations,
    load_plans_of_users,
)
from resolvers.queries.roles import (
    load_offered_roles,
    load_permission_keys,
    load_permissions,
    load_roles_of_set,
)
from resolvers.queries.rows import by_id, count_by, load_events_by_cursor
from resolvers.queries.users import load_are_fellows


class Loaders:
    """The batched reads of one operation."""

    users = Batched(by_id(User))
    organizations = Batched(by_id(Organization))
    memberships_by_id = Batched(by_id(Membership))
    roles = Batched(by_id(Role))
    role_sets = Batched(by_id(RoleSet))
    permissions_by_id = Batched(by_id(Permission))
    features = Batched(by_id(Feature))
    plans = Batched(by_id(Plan))
    subscriptions = Batched(by_id(PlanSubscription))
    invitations = Batched(by_id(Invitation))
    domains = Batched(by_id(OrganizationDomain))
    suggestions = Batched(by_id(OrganizationSuggestion))
    membership_requests = Batched(by_id(MembershipRequest))
    sessions = Batched(by_id(Session))
    api_keys = Batched(by_id(ApiKey))
    secret_keys = Batched(by_id(SecretKey))
    webhook_endpoints = Batched(by_id(WebhookEndpoint))
    webhook_deliveries = Batched(by_id(WebhookDelivery))
    events_by_cursor = Batched(load_events_by_cursor)
    # By organization and user.
    memberships = Batched(load_memberships)
    # By viewer and membership, or other user.
    visible_memberships = Batched(load_visible_memberships)
    are_fellows = Batched(load_are_fellows)

    # By plan.
    features_of_plan = Batched(load_features_of_plans)
    # By organization, and by user: the subscription that hasn't ended.
    subscriptions_of_organizations = Batched(load_live_subscriptions(PayerType.ORGANIZATION))
    subscriptions_of_users = Batched(load_live_subscriptions(PayerType.USER))
    # By role.
    permissions = Batched(load_permissions)
    role_members_count = Batched(count_by(col(Membership.role_id)))
    # By API key.
    granted_permissions = Batched(load_granted_permissions)
    # By role set.
    roles_of_set = Batched(load_roles_of_set)
    # The same with the keys of their permissions.
    offered_roles = Batched(load_offered_roles)
    # By None: there is one answer.
    all_permission_keys = Batched(load_permission_keys)
    # By organization, and by user; None while billing is disabled.
    plans_of_organizations = BatchedAt(load_plans_of_organizations)
    plans_of_users = BatchedAt(load_plans_of_users)
    # By organization.
    members_count = Batched(count_by(col(Membership.organization_id)))
    is_managed = Batched(load_is_managed)
    # By user.
    created_count = Batched(count_by(col(Organization.created_by_id)))
    # By invitation.
    last_mails = Batched(load_last_mails)
    # By organization and name of a domain.
    domain_invitations = Batched(count_pending_invitations)
    domain_suggestions = Batched(count_pending_suggestions)

    # By request, and by parent; `load_page` knows what table the rows are of.
    pages = BatchedByRequest(load_list_pages)
    # By selection, and by parent.
    counts = BatchedByRequest(load_list_counts)
    # By request, and by organization.
    event_pages = BatchedByRequest(load_event_pages)

    def __init__(
        self,
        store: Readable,
        clock: Clock,
        *,
        has_plans: bool,
        sole_reader: SoleReader | None = None,
    ) -> None:
        """`has_plans` is false only if it's known that billing is disabled."""
        self.store = store
        # The keys of the permissions of roles, which are as they were in the transaction.
        self.kept_permissions: Mapping[str, frozenset[str]] = {}
        self.clock = clock
        self.has_plans = has_plans
        self.sole_reader = sole_reader or SoleReader()

    def remember_locked(self, tx: Transaction) -> None:
        """Keeps the rows that nobody else could change during a transaction.

        The payload of its mutation shows them as they were at the commit.
        """
        locked = tx.locked_organizations.items()
        self.organizations.remember({id: organization for id, (organization, _) in locked})
        if tx.keeps_roles:
            self.roles.remember({role.id: role for role in tx.session.list_known(Role)})
            self.kept_permissions = tx.kept_permissions

    async def load_page(self, parent: str, request: ListRequest[RecordT]) -> Page[RecordT]:
        """Loads a page of the parent's list."""
        (page,) = await self.load_pages([parent], request)
        return get_value(page)

    async def load_pages(
        self, parents: Sequence[str], request: ListRequest[RecordT]
    ) -> Sequence[Page[RecordT] | BaseException]:
        """Loads the same page of the lists of several parents."""
        pages: Sequence[Page[Any] | BaseException] = await self.pages[request].load_many(parents)
        if request.selection.spec is MEMBERSHIPS_OF_USER:
            # `viewerMembership` and the guards of their organizations ask for them next.
            for page in pages:
                if not isinstance(page, BaseException):
                    rows = {(row.organization_id, row.user_id): row for row in page.rows}
                    self.memberships.remember(rows)
        return pages

    # A holder is a user with a membership, or an API key.

    async def load_organization_of(
        self, organization_id: str, holder_id: str
    ) -> Organization | None:
        """Loads the organization; None unless the holder belongs to it."""
        key = (organization_id, holder_id)
        is_known = (
            self.organizations.knows(organization_id)
            or self.memberships.knows(key)
            or self.grants.knows(key)
        )
        if not is_known and parse_prefix(holder_id) == User.prefix:
            return await self.organizations_of_members.load(key)
        if not await self.is_member(organization_id, holder_id):
            return None
        return await self.organizations.load(organization_id)

    async def is_member(self, organization_id: str, holder_id: str) -> bool:
        key = (organization_id, holder_id)
        loader = self.memberships if self.memberships.knows(key) else self.grants
        return await loader.load(key) is not None

    async def load_permission_keys(
        self, organization_id: str, holder_id: str
    ) -> frozenset[str] | None:
        """Loads the permissions of the membership or key; None for a user who isn't a member."""
        (permissions,) = await self.load_permission_keys_in([organization_id], holder_id)
        return permissions

    async def load_permission_keys_in(
        self, organization_ids: Sequence[str], holder_id: str
    ) -> Sequence[frozenset[str] | None]:
        """Loads the same for several organizations."""
        keys = [(id, holder_id) for id in organization_ids]
        known = [key for key in keys if self.memberships.knows(key)]
        if not known:
            return await self._load_permission_keys_of_grants(keys)
        if len(known) == len(keys):
            return await self._load_permission_keys_of_members(keys)
        others = [key for key in keys if key not in known]
        of_known, of_others = await gather(
            self._load_permission_keys_of_members(known),
            self._load_permission_keys_of_grants(others),
        )
        held = dict(zip([*known, *others], [*of_known, *of_others], strict=True))
        return [held[key] for key in keys]

    async def _load_permission_keys_of_grants(
        self, keys: Sequence[tuple[str, str]]
    ) -> Sequence[frozenset[str] | None]:
        grants = map(get_value, await self.grants.load_many(keys))
        return [held.permissions if held else None for held in grants]

    async def _load_permission_keys_of_members(
        self, keys: Sequence[tuple[str, str]]
    ) -> Sequence[frozenset[str] | None]:
        members = [*map(get_value, await self.memberships.load_many(keys))]
        roles = {member.role_id: None for member in members if member}
        permissions = map(get_value, await self.permissions.load_many([*roles]))
        keys_of_roles = {
            id: frozenset(row.key for row in held)
            for id, held in zip(roles, permissions, strict=True)
        }
        features: Sequence[frozenset[str] | None] = [None for _ in keys]
        if self.has_plans:
            features = await gather(*(self.load_features(id) for id, _ in keys))
        return [
            filter_by_features(keys_of_roles[member.role_id], each) if member else None
            for member, each in zip(members, features, strict=True)
        ]

    async def load_role_permissions(
        self, organization_id: str, holder_id: str
    ) -> frozenset[str] | None:
        """Loads the permissions of the role or key, whatever the plan; None for a non-member."""
        key = (organization_id, holder_id)
        if not self.memberships.knows(key):
            held = await self.grants.load(key)
            return held.role_permissions if held else None
        membership = await self.memberships.load(key)
        if membership is None:
            return None
        return frozenset(row.key for row in await self.permissions.load(membership.role_id))

    async def load_features(self, organization_id: str) -> frozenset[str] | None:
        """Loads the features of the organization's plan; None while billing is disabled."""
        if not self.has_plans:
            return None
        in_force = await self.plans_of_organizations.load(organization_id)
        return in_force and in_force.features

    async def load_permissions_of_members(
        self, members: Sequence[Membership]
    ) -> list[frozenset[str]]:
        """Loads the permissions of memberships that count with the plans of their organizations."""
        ids = [member.role_id for member in members]
        keys = self.kept_permissions
        if not keys.keys() >= set(ids):
            rows = await self.permissions.load_many(ids)
            keys = {
                id: frozenset(row.key for row in held) for id, held in zip(ids, rows, strict=True)
            }
        if not self.has_plans:
            return [keys[id] for id in ids]
        features = await gather(*(self.load_features(one.organization_id) for one in members))
        return [filter_by_features(keys[id], each) for id, each in zip(ids, features, strict=True)]

    async def load_seat_limits(self, own: Mapping[str, int]) -> list[SeatLimit]:
        """Loads the limits in force of organizations, by the limits of their own."""
        if not self.has_plans:
            return [choose_seat_limit(None, limit) for limit in own.values()]
        plans = await self.plans_of_organizations.load_many(list(own))
        return [
            choose_seat_limit(plan.seat_limit if plan else None, limit)
            for plan, limit in zip(plans, own.values(), strict=True)
        ]

    @cached_property
    def grants(self) -> BatchLoader[tuple[str, str], Grant | None]:
        """What users and API keys hold, by organization and holder."""
        fetch = partial(load_grants_of_holders, self.store, self.clock, self.roles)
        return BatchLoader(fetch, self.sole_reader)

    @cached_property
    def organizations_of_members(self) -> BatchLoader[tuple[str, str], Organization | None]:
        """Organizations by their IDs and a user; None unless the user is a member.

        What the user holds there is remembered, because the guards of its fields ask for it next.
        """
        read = (self.store, self.clock, self.roles, self.grants, self.organizations)
        return BatchLoader(partial(load_organizations_of_members, *read), self.sole_reader)

    @cached_property
    def roles_ever(self) -> BatchLoader[str, Role | DeletedRole | None]:
        """Roles by their IDs, including those that were deleted."""
        return BatchLoader(partial(load_roles_ever, self.store, self.roles), self.sole_reader)
