"""Sessions, as the API shows them to their user and to
secret keys, and the tokens that are minted for them.
"""

import strawberry

from models.instance import requires_organization
from models.sessions import CHOOSE_ORGANIZATION, get_status
from models.sessions import Session as SessionRow
from models.sessions import SessionStatus as Status
from resolvers.queries.loaders import load_existing
from resolvers.queries.pages import AnyRow, make_page_request
from resolvers.sessions import lifecycle
from resolvers.sessions.claims import TokenClaims, TokenFormat
from resolvers.sessions.lifecycle import TokenOptions
from resolvers.sessions.lists import ORDER, SessionFilter, SessionList
from schema.foundation.connections import Connection, Node, make_connection
from schema.foundation.context import Context, Info
from schema.foundation.guards import ActorKind, mutation_guard, untransacted_guard
from schema.foundation.payloads import Payload
from schema.foundation.scalars import DateTime
from schema.organizations.types import Organization
from schema.sessions.inputs import (
    CreateSessionInput,
    CreateSessionTokenInput,
    SessionRefInput,
    SessionStatus,
    SessionTokenFormat,
    SetActiveOrganizationInput,
    get_organization_id,
    to_choice,
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
        return await info.context.server.signer.sign(self.claims)


def to_token(claims: TokenClaims) -> SessionToken:
    return SessionToken(expires_at=DateTime(lifecycle.get_expiry(claims)), claims=claims)


def make_token_options(context: Context, format: SessionTokenFormat) -> TokenOptions:
    """The page's origin goes into the token only if it is one of ours."""
    around = context.server
    party = context.origin if context.origin in around.allowed_origins else None
    return TokenOptions(TokenFormat(format.value), around.public_url, party)


# ---------------------------------------------------------------------------------------- mutations


@strawberry.type(description="The session of a mutation, with a token where one is minted.")
class SessionPayload(Payload):
    session: Session | None = strawberry.field(
        description="The session as it is now.", default=None
    )
    token: SessionToken | None = strawberry.field(
        description="A token for the session; null where it ends.", default=None
    )


@strawberry.type
class SessionMutations:
    @strawberry.mutation(
        description="Opens a session of seven days for the bearer of an identity token, and mints"
        " its first token.",
        extensions=mutation_guard(actor=ActorKind.USER),
    )
    async def create_session(self, info: Info, input: CreateSessionInput) -> SessionPayload | None:
        tx = info.context.transaction
        row = await lifecycle.create_session(tx, organization_id=input.organization_id)
        return await _with_token(info, row, input.format)

    @strawberry.mutation(
        description="Chooses the organization that the session goes on in, and mints a token for"
        " it.",
        extensions=mutation_guard(actor=ActorKind.USER),
    )
    async def set_active_organization(
        self, info: Info, input: SetActiveOrganizationInput
    ) -> SessionPayload | None:
        row = await lifecycle.set_active_organization(
            info.context.transaction,
            session_id=input.session_id,
            organization_id=get_organization_id(input),
            slug=input.slug,
        )
        return await _with_token(info, row, input.format)

    @strawberry.mutation(
        description="Mints a token for the session, in any organization of the caller; the"
        " session's choice stays.",
        extensions=untransacted_guard(actor=ActorKind.USER),
    )
    async def create_session_token(
        self, info: Info, input: CreateSessionTokenInput
    ) -> SessionPayload | None:
        context = info.context
        row, made = await lifecycle.create_session_token(
            context.store,
            context.server.clock,
            context.caller,
            session_id=input.session_id,
            choice=to_choice(input),
            minting=make_token_options(context, input.format),
        )
        return SessionPayload(session=Session.from_row(row, context), token=to_token(made))

    @strawberry.mutation(
        description="Ends one of the caller's sessions at once; a session's token can end that"
        " session alone.",
        extensions=mutation_guard(actor=ActorKind.USER),
    )
    async def end_session(self, info: Info, input: SessionRefInput) -> SessionPayload | None:
        row = await lifecycle.end_session(info.context.transaction, session_id=input.session_id)
        return SessionPayload(session=Session.from_row(row, info.context))

    @strawberry.mutation(
        description="Ends anybody's session at once.",
        extensions=mutation_guard(actor=ActorKind.SERVICE),
    )
    async def revoke_session(self, info: Info, input: SessionRefInput) -> SessionPayload | None:
        row = await lifecycle.revoke_session(info.context.transaction, session_id=input.session_id)
        return SessionPayload(session=Session.from_row(row, info.context))


async def _with_token(info: Info, row: SessionRow, format: SessionTokenFormat) -> SessionPayload:
    claims = await lifecycle.make_token_claims(
        info.context.transaction, row, make_token_options(info.context, format)
    )
    return SessionPayload(session=Session.from_row(row, info.context), token=to_token(claims))
