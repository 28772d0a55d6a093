"""Sessions, as the API shows them to their user and to
secret keys, and the tokens that are minted for them.
"""

import strawberry

from models.instance import requires_organization
from models.sessions import CHOOSE_ORGANIZATION, get_status
from models.sessions import Session as SessionRow
from models.sessions import SessionStatus as Status
from resolvers.pages import AnyRow, make_page_request
from resolvers.queries.loaders import load_existing
from resolvers.sessions import tokens
from resolvers.sessions.claims import TokenClaims, TokenFormat
from resolvers.sessions.lists import ORDER, SessionFilter, SessionList
from resolvers.sessions.tokens import TokenOptions
from schema.foundation.connections import Connection, Node, make_connection
from schema.foundation.context import Context, Info
from schema.foundation.scalars import DateTime
from schema.organizations.types import Organization
from schema.sessions.inputs import (
    SessionStatus,
    SessionTokenFormat,
)
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
    row: strawberry.Private[SessionRow | AnyRow]

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
        chosen = self.row.membership_id and await loaders.memberships_by_id.load(
            self.row.membership_id
        )
        row = chosen and await loaders.organizations.load(chosen.organization_id)
        return Organization.from_row(row, info.context) if row else None

    @classmethod
    def from_row(cls, row: SessionRow | AnyRow, context: Context) -> "Session":
        is_pending = row.membership_id is None and requires_organization(context.instance)
        status = get_status(
            row.closed_as, row.expires_at, context.server.clock(), is_pending=is_pending
        )
        return cls(
            id=strawberry.ID(row.id),
            status=SessionStatus(status.value),
            tasks=[SessionTask(key=CHOOSE_ORGANIZATION)] if status is Status.PENDING else [],
            created_at=DateTime(row.created_at),
            last_active_at=DateTime(row.last_active_at),
            expires_at=DateTime(row.expires_at),
            row=row,
        )


async def load_visible_session(info: Info, session_id: str) -> Session | None:
    """The session, to its user and to secret keys; else null, as if absent."""
    row = await info.context.loaders.sessions.load(session_id)
    if row is None or not (info.context.is_service or info.context.user_id == row.user_id):
        return None
    return Session.from_row(row, info.context)


async def load_sessions(
    info: Info,
    user_id: str,
    first: int | None,
    after: str | None,
    statuses: list[SessionStatus] | None,
) -> Connection[Session]:
    context = info.context
    chosen = None if statuses is None else tuple(Status(one.value) for one in statuses)
    wanted = SessionFilter(requires_organization(context.instance), context.server.clock(), chosen)
    part = make_page_request(ORDER, first, after)
    page = await context.loaders.session_pages.load((user_id, SessionList(wanted, part)))
    return make_connection(
        page,
        lambda row: Session.from_row(row, context),
        lambda: context.loaders.session_counts.load((user_id, wanted)),
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
        """Not before the transaction is over: signing takes a while."""
        return await info.context.signer.sign(self.claims)


def to_token(claims: TokenClaims) -> SessionToken:
    return SessionToken(expires_at=DateTime(tokens.get_expiry(claims)), claims=claims)


def make_token_options(context: Context, format: SessionTokenFormat) -> TokenOptions:
    """The page's origin goes into the token only if it is an allowed one."""
    server = context.server
    party = context.origin if context.origin in server.allowed_origins else None
    return TokenOptions(TokenFormat(format.value), server.public_url, party)
