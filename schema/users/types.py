"""Users, as the API shows them: all of a user only to themselves and to secret keys."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import strawberry

from models.keys.scopes import KeyScope
from models.roles import MEMBERSHIPS_READ
from models.users import User as UserRow
from resolvers.lists.page_requests import PageArguments
from resolvers.members.lists import MEMBERSHIPS_OF_USER, select_memberships
from schema.foundation.connections import (
    After,
    Before,
    Connection,
    First,
    Last,
    Node,
)
from schema.foundation.context import Context, Info
from schema.foundation.rows import HIDDEN, Scoped, reads, show, show_private_metadata
from schema.foundation.scalars import DateTime, JSONObject
from schema.plans.types import Plan, PlanSubscription, load_plan
from schema.sessions.enums import SessionStatus

if TYPE_CHECKING:
    from schema.memberships.types import Membership
    from schema.sessions.types import Session


@reads(
    row=[
        *("id", "identifier", "first_name", "last_name", "image_url", "public_metadata"),
        *("created_at", "updated_at"),
    ],
    own=[
        *("external_id", "email_address", "email_verified"),
        *("create_organization_enabled", "create_organizations_limit"),
    ],
    service=["private_metadata"],
)
@strawberry.type(description="A user, as reported by the identity provider.")
class User(Node):
    identifier: str = strawberry.field(
        description="A text that identifies the user to other people: the email address or, without"
        " one, the username or subject."
    )
    first_name: str | None = strawberry.field(
        description="The first name of the user. Null if it isn't known."
    )
    last_name: str | None = strawberry.field(
        description="The last name of the user. Null if it isn't known."
    )
    image_url: str | None = strawberry.field(
        description="URL of a picture of the user. Null if the user has none."
    )
    public_metadata: JSONObject = strawberry.field(
        description="Custom data about the user, which everyone who can read the user can read."
        " Only secret keys can change it."
    )
    external_id: str | None = strawberry.field(
        description="The subject (`sub`) of the user at the identity provider. Null if the user"
        " hasn't signed in yet, or unless the caller is the user or uses a secret key."
    )
    email_address: str | None = strawberry.field(
        description="The email address of the user. Null if it isn't known, or unless the caller is"
        " the user or uses a secret key."
    )
    email_verified: bool | None = strawberry.field(
        description="Whether the email address is verified. Null unless the caller is the user or"
        " uses a secret key."
    )
    private_metadata: JSONObject | None = strawberry.field(
        description="Custom data about the user for your services. Null unless the caller uses a"
        " secret key."
    )
    create_organization_enabled: bool | None = strawberry.field(
        description="Whether the user can create organizations. Null if the setting of the instance"
        " applies, or unless the caller is the user or uses a secret key."
    )
    create_organizations_limit: int | None = strawberry.field(
        description="The number of organizations that the user can create. 0 means unlimited. Null"
        " if the setting of the instance applies, or unless the caller is the user or uses a secret"
        " key."
    )
    created_at: DateTime = strawberry.field(
        description="When the user was created, by a secret key or by their first token."
    )
    updated_at: DateTime = strawberry.field(description="When the user was last updated.")

    @strawberry.field(
        description="The memberships of the user, newest first. Null unless the caller is the user"
        " or uses a secret key."
    )
    async def memberships(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Annotated["Membership", strawberry.lazy("schema.memberships.types")]] | None:
        from schema.memberships.types import load_memberships

        if not self._is_own(info.context, KeyScope.MEMBERSHIPS_READ):
            return None
        info.context.ensure_organizations_enabled()
        arguments = PageArguments(first, after, last, before)
        within = info.context.organization_ids
        selection = select_memberships(MEMBERSHIPS_OF_USER, within=within)
        return await load_memberships(info, self.id, selection, arguments)

    @strawberry.field(
        description="The sessions of the user, newest first. Null unless the caller is the user or"
        " uses a secret key."
    )
    async def sessions(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        statuses: Annotated[
            list[SessionStatus] | None,
            strawberry.argument(
                description="Return only sessions with one of these statuses. Null for all"
                " statuses."
            ),
        ] = [SessionStatus.ACTIVE, SessionStatus.PENDING],  # noqa: B006
    ) -> Connection[Annotated["Session", strawberry.lazy("schema.sessions.types")]] | None:
        from schema.sessions.types import load_sessions

        if not self._is_own_in_instance(info.context, KeyScope.SESSIONS_WRITE):
            return None
        arguments = PageArguments(first, after)
        return await load_sessions(info, self.id, arguments, statuses=statuses)

    @strawberry.field(
        description="The plan of the user, which counts outside of organizations: that of the"
        " subscription or, without one, the default plan. Null without either, while billing is"
        " disabled, or unless the caller is the user or uses a secret key."
    )
    async def plan(self, info: Info) -> Plan | None:
        loaders = info.context.loaders
        if not (
            loaders.has_plans and self._is_own_in_instance(info.context, KeyScope.BILLING_READ)
        ):
            return None
        in_force = await loaders.plans_of_users.load(self.id)
        return await load_plan(info, in_force.plan_id) if in_force else None

    @strawberry.field(
        description="The subscription of the user that hasn't ended. Null if the user has none, or"
        " unless the caller is the user or uses a secret key."
    )
    async def subscription(self, info: Info) -> PlanSubscription | None:
        if not self._is_own_in_instance(info.context, KeyScope.BILLING_READ):
            return None
        row = await info.context.loaders.subscriptions_of_users.load(self.id)
        return PlanSubscription.from_row(row, info.context) if row else None

    def _is_own(self, context: Context, scope: KeyScope) -> bool:
        """Whether the caller can read what only the user and secret keys can."""
        return (context.is_service and context.try_scope(scope)) or context.user_id == self.id

    def _is_own_in_instance(self, context: Context, scope: KeyScope) -> bool:
        """The same for what belongs to no organization."""
        return context.reaches(None) and self._is_own(context, scope)

    @classmethod
    def from_row(cls, row: UserRow, context: Context) -> "User":
        own = row if context.user_id == row.id else HIDDEN
        if context.is_service:
            own = Scoped(row, context, KeyScope.USERS_READ)
        return show(cls, row=row, own=own, service=show_private_metadata(row, context))


async def load_visible_user(info: Info, user_id: str) -> User | None:
    """Loads the user, for themselves, fellow members who can read members, and secret keys.

    An API key reads the members of its organization with the same permission.
    """
    viewer, loaders = info.context.user_id, info.context.loaders
    if not info.context.try_scope(KeyScope.USERS_READ):
        return None
    within = info.context.organization_ids
    if within is not None:
        memberships = await loaders.memberships.load_many([(id, user_id) for id in within])
        if not any(memberships):
            return None
    if viewer and viewer != user_id and not await loaders.are_fellows.load((viewer, user_id)):
        return None
    if info.context.caller.api_key_id and not await _can_read_members(info, within or ()):
        return None
    row = await loaders.users.load(user_id)
    return User.from_row(row, info.context) if row else None


async def _can_read_members(info: Info, organization_ids: Iterable[str]) -> bool:
    """Whether the API key can read the members of its organization."""
    loaders, key_id = info.context.loaders, info.context.holder_id or ""
    held = [await loaders.load_permission_keys(id, key_id) for id in organization_ids]
    return any(MEMBERSHIPS_READ in (keys or ()) for keys in held)
