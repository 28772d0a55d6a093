"""Sessions and their tokens, as the API shows them."""

import strawberry

from models.instance import requires_organization
from models.sessions import CHOOSE_ORGANIZATION, get_status
from models.sessions import Session as SessionRow
from resolvers.lists import Selection
from resolvers.page_requests import PageArguments
from resolvers.queries.batching import load_existing
from resolvers.sessions import tokens
from resolvers.sessions.claims import TokenClaims
from resolvers.sessions.lists import SESSIONS_OF_USER, SessionFilter
from resolvers.sessions.tokens import TokenOptions
from schema.foundation.connections import Connection, Node, load_connection
from schema.foundation.context import Context, Info
from schema.foundation.scalars import DateTime
from schema.organizations.types import Organization
from schema.sessions.enums import SessionStatus, TokenFormat
from schema.users.types import User


@strawberry.type(description="What has to be done before a session is active.")
class SessionTask:
    key: str = strawberry.field(description="Which task, such as choose-organization.")


@strawberry.type(description="A user's stay at a frontend, and the organization they work in.")
class Session(Node):
    status: SessionStatus = strawberry.field(
        description="What became of it; it expires at the instant."
    )
    tasks: list[SessionTask] = strawberry.field(
        description="What has to be done first; empty unless it is pending."
    )
    created_at: DateTime = strawberry.field(description="When it was opened.")
    last_active_at: DateTime = strawberry.field(
        description="When it was last in use, to the minute."
    )
    expires_at: DateTime = strawberry.field(description="Until when it can be used.")
    row: strawberry.Private[SessionRow]

    @strawberry.field(description="Whose it is.")
    async def user(self, info: Info) -> User:
        row = await load_existing(info.context.loaders.users, self.row.user_id)
        return User.from_row(row, info.context)

    @strawberry.field(description="The task to be done next; null without one.")
    async def current_task(self) -> SessionTask | None:
        return self.tasks[0] if self.tasks else None

    @strawberry.field(
        description="The organization that was chosen last; null for the personal account."
    )
    async def last_active_organization(self, info: Info) -> Organization | None:
        info.context.ensure_organizations_enabled()
        loaders = info.context.loaders
        if self.row.membership_id is None:
            return None
        membership = await loaders.memberships_by_id.load(self.row.membership_id)
        if membership is None:
            return None
        row = await loaders.organizations.load(membership.organization_id)
        return Organization.from_row(row, info.context) if row else None

    @classmethod
    def from_row(cls, row: SessionRow, context: Context) -> "Session":
        is_pending = row.membership_id is None and requires_organization(context.instance)
        status = get_status(
            row.closed_as, row.expires_at, context.server.clock(), is_pending=is_pending
        )
        return cls(
            id=strawberry.ID(row.id),
            status=status,
            tasks=[SessionTask(key=CHOOSE_ORGANIZATION)] if status is SessionStatus.PENDING else [],
            created_at=DateTime(row.created_at),
            last_active_at=DateTime(row.last_active_at),
            expires_at=DateTime(row.expires_at),
            row=row,
        )


async def load_visible_session(info: Info, session_id: str) -> Session | None:
    """Loads the session, for its user and secret keys."""
    row = await info.context.loaders.sessions.load(session_id)
    if row is None or not (info.context.is_service or info.context.user_id == row.user_id):
        return None
    return Session.from_row(row, info.context)


async def load_sessions(
    info: Info, user_id: str, arguments: PageArguments, *, statuses: list[SessionStatus] | None
) -> Connection[Session]:
    context = info.context
    session_filter = SessionFilter(
        requires_organization(context.instance),
        context.server.clock(),
        None if statuses is None else tuple(statuses),
    )
    return await load_connection(
        info,
        Selection(SESSIONS_OF_USER, session_filter),
        arguments,
        to_node=lambda row: Session.from_row(row, context),
        parent=user_id,
    )


# ------------------------------------------------------------------------------------------- tokens


@strawberry.type(description="A token that any backend verifies by our public keys alone.")
class SessionToken:
    expires_at: DateTime = strawberry.field(
        description="When it lapses, a minute after it was made."
    )
    claims: strawberry.Private[TokenClaims]

    @strawberry.field(description="The token, signed when it is selected.")
    async def jwt(self, info: Info) -> str:
        """Signs after the transaction, because signing takes a while."""
        return await info.context.signer.sign(self.claims)


def to_token(claims: TokenClaims) -> SessionToken:
    return SessionToken(expires_at=DateTime(tokens.get_expiry(claims)), claims=claims)


def make_token_options(context: Context, format: TokenFormat) -> TokenOptions:
    """Makes the options; the page's origin goes into the token only if it is an allowed one."""
    server = context.server
    party = context.origin if context.origin in server.allowed_origins else None
    return TokenOptions(format, server.public_url, party)
