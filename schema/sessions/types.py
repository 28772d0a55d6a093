"""Sessions and their tokens, as the API shows them."""

import strawberry

from models.instance import requires_organization
from models.keys.scopes import KeyScope
from models.sessions import CHOOSE_ORGANIZATION, get_status
from models.sessions import Session as SessionRow
from resolvers.lists.page_requests import PageArguments
from resolvers.lists.specs import Selection
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


@strawberry.type(
    description="A task that a user must complete before their session becomes active."
)
class SessionTask:
    key: str = strawberry.field(description="The kind of task, such as `choose-organization`.")


@strawberry.type(
    description="A session of a user in your application, with its active organization."
)
class Session(Node):
    status: SessionStatus = strawberry.field(
        description="The current status, computed when it is read: `EXPIRED` as soon as `expiresAt`"
        " has passed."
    )
    tasks: list[SessionTask] = strawberry.field(
        description="The tasks that the user must complete. Empty unless the session is pending."
    )
    created_at: DateTime = strawberry.field(description="When the session was opened.")
    last_active_at: DateTime = strawberry.field(
        description="When the session was last used, to within a minute."
    )
    expires_at: DateTime = strawberry.field(description="When the session expires.")
    row: strawberry.Private[SessionRow]

    @strawberry.field(description="The user that the session belongs to.")
    async def user(self, info: Info) -> User:
        row = await load_existing(info.context.loaders.users, self.row.user_id)
        return User.from_row(row, info.context)

    @strawberry.field(description="The first of the `tasks`. Null if `tasks` is empty.")
    async def current_task(self) -> SessionTask | None:
        return self.tasks[0] if self.tasks else None

    @strawberry.field(
        description="The organization that was last active in the session. Null for the personal"
        " account, or if no organization was chosen yet."
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
    if not (info.context.try_scope(KeyScope.SESSIONS_WRITE) and info.context.reaches(None)):
        return None
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


@strawberry.type(
    description="A short-lived JWT that any service can verify with the public keys of this server."
)
class SessionToken:
    expires_at: DateTime = strawberry.field(
        description="When the token expires, which is 60 seconds after it was created."
    )
    claims: strawberry.Private[TokenClaims]

    @strawberry.field(
        description="The signed token. The server signs it only if you select this field."
    )
    async def jwt(self, info: Info) -> str:
        """Signs after the transaction, because signing takes a while."""
        return await info.context.signer.sign(self.claims)


def to_token(claims: TokenClaims) -> SessionToken:
    return SessionToken(expires_at=DateTime(tokens.get_expiry(claims)), claims=claims)


def make_token_options(context: Context, format: TokenFormat) -> TokenOptions:
    """Makes the options; the page's origin is in the token only if it is an allowed one."""
    server = context.server
    party = context.origin if context.origin in server.allowed_origins else None
    return TokenOptions(format, server.public_url, party)
