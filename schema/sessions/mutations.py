"""Mutations of sessions."""

import strawberry

from models.keys.scopes import KeyScope
from models.sessions import Session as SessionRow
from resolvers.sessions import active_organization, lifecycle, tokens
from schema.foundation.context import Info
from schema.foundation.guards import ActorKind, mutation_guard, untransacted_guard
from schema.foundation.payloads import Payload
from schema.instance import Instance
from schema.sessions.enums import TokenFormat
from schema.sessions.inputs import (
    CreateSessionInput,
    CreateSessionTokenInput,
    SessionRefInput,
    SetActiveOrganizationInput,
    ensure_one_name,
    get_organization_id,
    to_chosen,
)
from schema.sessions.types import Session, SessionToken, make_token_options, to_token
from schema.viewer import Viewer


@strawberry.type(description="The result of a mutation that opens, changes, or ends a session.")
class SessionPayload(Payload):
    session: Session | None = strawberry.field(
        description="The session in its new state. Null if there are `userErrors`.", default=None
    )
    token: SessionToken | None = strawberry.field(
        description="A new token of the session. Null if the session has ended, or if there are"
        " `userErrors`.",
        default=None,
    )
    viewer: Viewer | None = strawberry.field(
        description="The signed-in user after the mutation. Its active organization is the one"
        " that the token is for. Null if the mutation returns no token.",
        default=None,
    )

    @strawberry.field(description="The settings of this instance.")
    async def instance(self, info: Info) -> Instance:
        return Instance.from_row(info.context.instance)


@strawberry.type
class SessionMutations:
    @strawberry.mutation(
        description="Opens a session that expires after seven days, and creates its first token."
        " The caller must use an identity token. If you repeat the call, it opens another session.",
        extensions=mutation_guard(actor=ActorKind.USER),
    )
    async def create_session(self, info: Info, input: CreateSessionInput) -> SessionPayload | None:
        ensure_one_name(input)
        row = await lifecycle.create_session(
            info.context.transaction, organization_id=input.organization_id, slug=input.slug
        )
        return await _make_token(info, row, input.format)

    @strawberry.mutation(
        description="Changes the active organization of a session, and creates a token for it.",
        extensions=mutation_guard(actor=ActorKind.USER),
    )
    async def set_active_organization(
        self, info: Info, input: SetActiveOrganizationInput
    ) -> SessionPayload | None:
        row = await active_organization.set_active_organization(
            info.context.transaction,
            session_id=input.session_id,
            organization_id=get_organization_id(input),
            slug=input.slug,
        )
        return await _make_token(info, row, input.format)

    @strawberry.mutation(
        description="Creates a token for a session, in any organization of the caller. The"
        " session's active organization doesn't change.",
        extensions=untransacted_guard(actor=ActorKind.USER),
    )
    async def create_session_token(
        self, info: Info, input: CreateSessionTokenInput
    ) -> SessionPayload | None:
        context = info.context
        row, token = await tokens.create_session_token(
            context.server,
            context.caller,
            session_id=input.session_id,
            chosen=to_chosen(input),
            options=make_token_options(context, input.format),
        )
        return _to_payload(info, row, token)

    @strawberry.mutation(
        description="Ends one of the caller's sessions immediately. With a session token, the"
        " caller can end only the session of that token.",
        extensions=mutation_guard(actor=ActorKind.USER),
    )
    async def end_session(self, info: Info, input: SessionRefInput) -> SessionPayload | None:
        row = await lifecycle.end_session(info.context.transaction, session_id=input.session_id)
        return SessionPayload(session=Session.from_row(row, info.context))

    @strawberry.mutation(
        description="Ends a session of any user immediately.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.SESSIONS_WRITE),
    )
    async def revoke_session(self, info: Info, input: SessionRefInput) -> SessionPayload | None:
        row = await lifecycle.revoke_session(info.context.transaction, session_id=input.session_id)
        return SessionPayload(session=Session.from_row(row, info.context))


async def _make_token(info: Info, row: SessionRow, format: TokenFormat) -> SessionPayload:
    options = make_token_options(info.context, format)
    return _to_payload(info, row, await tokens.make_token(info.context.transaction, row, options))


def _to_payload(info: Info, row: SessionRow, token: tokens.NewToken) -> SessionPayload:
    return SessionPayload(
        session=Session.from_row(row, info.context),
        token=to_token(token.claims),
        viewer=Viewer(
            user_id=row.user_id, session_id=row.id, organization_id=token.organization_id
        ),
    )
