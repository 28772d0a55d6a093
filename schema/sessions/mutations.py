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
        " its first token. A repeated call opens a second session.",
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
        row = await active_organization.set_active_organization(
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
        row, claims = await tokens.create_session_token(
            context.server,
            context.caller,
            session_id=input.session_id,
            choice=to_choice(input),
            options=make_token_options(context, input.format),
        )
        return SessionPayload(session=Session.from_row(row, context), token=to_token(claims))

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


async def _with_token(info: Info, row: SessionRow, format: TokenFormat) -> SessionPayload:
    claims = await tokens.make_token_claims(
        info.context.transaction, row, make_token_options(info.context, format)
    )
    return SessionPayload(session=Session.from_row(row, info.context), token=to_token(claims))
