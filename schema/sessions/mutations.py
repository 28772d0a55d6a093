"""Mutations of sessions."""

import strawberry

from models.sessions import Session as SessionRow
from resolvers.sessions import active_organization, lifecycle, tokens
from schema.foundation.context import Info
from schema.foundation.guards import ActorKind, mutation_guard, untransacted_guard
from schema.foundation.payloads import Payload
from schema.sessions.enums import TokenFormat
from schema.sessions.inputs import (
    CreateSessionInput,
    CreateSessionTokenInput,
    SessionRefInput,
    SetActiveOrganizationInput,
    get_organization_id,
    to_choice,
)
from schema.sessions.types import Session, SessionToken, make_token_options, to_token


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


@strawberry.type
class SessionMutations:
    @strawberry.mutation(
        description="Opens a session that expires after seven days, and creates its first token."
        " The caller must use an identity token. If you repeat the call, it opens another session.",
        extensions=mutation_guard(actor=ActorKind.USER),
    )
    async def create_session(self, info: Info, input: CreateSessionInput) -> SessionPayload | None:
        tx = info.context.transaction
        row = await lifecycle.create_session(tx, organization_id=input.organization_id)
        return await _with_token(info, row, input.format)

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
        return await _with_token(info, row, input.format)

    @strawberry.mutation(
        description="Creates a token for a session, in any organization of the caller. The"
        " session's active organization doesn't change.",
        extensions=untransacted_guard(actor=ActorKind.USER),
    )
    async def create_session_token(
        self, info: Info, input: CreateSessionTokenInput
    ) -> SessionPayload | None:
        context = info.context
        row, claims = await tokens.create_session_token(
            context.server,
            context.caller,
            session_id=input.session_id,
            choice=to_choice(input),
            options=make_token_options(context, input.format),
        )
        return SessionPayload(session=Session.from_row(row, context), token=to_token(claims))

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
        extensions=mutation_guard(actor=ActorKind.SERVICE),
    )
    async def revoke_session(self, info: Info, input: SessionRefInput) -> SessionPayload | None:
        row = await lifecycle.revoke_session(info.context.transaction, session_id=input.session_id)
        return SessionPayload(session=Session.from_row(row, info.context))


async def _with_token(info: Info, row: SessionRow, format: TokenFormat) -> SessionPayload:
    claims = await tokens.make_token_claims(
        info.context.transaction, row, make_token_options(info.context, format)
    )
    return SessionPayload(session=Session.from_row(row, info.context), token=to_token(claims))
