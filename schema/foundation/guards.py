"""The guards: `@requires` on every field that not everybody
may use, and the transaction around every mutation.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Any, cast

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.schema_directive import Location
from strawberry.types.field import StrawberryField

from models.database.store import Deadlock
from models.errors import Forbidden, InputError, InputErrors, NotFound, RequestError
from resolvers.access import SYSTEM, Actor, ActorType, missing_permission, secret_key_required
from resolvers.members.expiry import expire_overdue_of
from resolvers.transaction import Transaction, begin
from schema.foundation.context import Context, Info
from schema.foundation.errors import UserError

ATTEMPTS = 5

Resolver = Callable[..., Awaitable[Any]]


@strawberry.enum(description="Who may call a field.")
class ActorKind(Enum):
    ANY = strawberry.enum_value("ANY", description="A signed-in user or a secret key.")
    USER = strawberry.enum_value("USER", description="A signed-in user.")
    SERVICE = strawberry.enum_value("SERVICE", description="A secret key.")


@strawberry.schema_directive(
    name="requires",
    locations=[Location.FIELD_DEFINITION],
    description="Who may call this field, and which permission a member needs in the organization"
    " at hand.",
)
class RequiresDirective:
    actor: ActorKind = strawberry.directive_field(name="actor", default=ActorKind.ANY)
    permission: str | None = strawberry.directive_field(name="permission", default=strawberry.UNSET)


def ensure_kind(actor: Actor, kind: ActorKind) -> None:
    """Raises Forbidden when the field is for the other kind of caller."""
    if kind is ActorKind.SERVICE and actor.type is not ActorType.SERVICE:
        raise secret_key_required("this field")
    if kind is ActorKind.USER and actor.type is not ActorType.USER:
        raise Forbidden(
            "Only a signed-in user can do this, not a secret key.", reason="user_required"
        )


class Requires(FieldExtension):
    """Guards a field of a query; the parent of a field with a permission is the organization."""

    def __init__(self, actor: ActorKind, permission: str | None) -> None:
        self.actor = actor
        self.permission = permission

    def apply(self, field: StrawberryField) -> None:
        directive = RequiresDirective(
            actor=self.actor, permission=self.permission or strawberry.UNSET
        )
        if directive not in field.directives:
            field.directives.append(directive)

    async def resolve_async(
        self, next_: Resolver, source: Any, info: Info, **arguments: Any
    ) -> Any:
        ensure_kind(info.context.caller, self.actor)
        if self.permission and info.context.user_id:
            info.context.ensure_organizations_enabled()
            held = await info.context.loaders.permission_keys(source.id, info.context.user_id)
            if held is None:
                raise NotFound
            if self.permission not in held:
                raise missing_permission(self.permission)
        return await next_(source, info, **arguments)


class Listens(Requires):
    """Guards a subscription; the permission is read from the
    store before the first event, and before every other.
    """

    async def resolve_async(
        self, next_: Resolver, source: Any, info: Info, **arguments: Any
    ) -> Any:
        ensure_kind(info.context.caller, self.actor)
        info.context.ensure_organizations_enabled()
        return await next_(source, info, **arguments)


class Answered(Requires):
    """Guards a mutation that needs no transaction around
    it; a refusal becomes the payload's `userErrors`.
    """

    def apply(self, field: StrawberryField) -> None:
        super().apply(field)
        for argument in field.arguments:
            argument.description = argument.description or "What is wanted."

    async def resolve_async(
        self, next_: Resolver, source: Any, info: Info, **arguments: Any
    ) -> Any:
        ensure_kind(info.context.caller, self.actor)
        # What was selected of the mutation before this one is answered: its snapshot must not be
        # held any longer.
        await info.context.clear_loaders()
        try:
            return await self._until_settled(next_, source, info, arguments)
        except (InputError, InputErrors) as refused:
            refusals = refused.errors if isinstance(refused, InputErrors) else [refused]
            return self._payload(info)(user_errors=[UserError.from_error(one) for one in refusals])
        finally:
            info.context.open_transaction = None
            await info.context.clear_loaders()

    async def _until_settled(
        self, next_: Resolver, source: Any, info: Info, arguments: dict[str, Any]
    ) -> Any:
        return await next_(source, info, **arguments)

    def _payload(self, info: Info) -> type[Any]:
        return cast(Any, info.return_type).of_type


class Guarded(Answered):
    """Guards a mutation and is its transaction.

    In this order: who calls; begin; lock and admit; the mutation; its events; commit. A refusal
    rolls back first, then becomes the payload's `userErrors`. A transaction that lost against
    another one is tried again.
    """

    async def _until_settled(
        self, next_: Resolver, source: Any, info: Info, arguments: dict[str, Any]
    ) -> Any:
        for attempt in range(1, ATTEMPTS):
            try:
                return await self._in_transaction(next_, source, info, arguments)
            except Deadlock:
                await asyncio.sleep(random.uniform(0, 0.02 * 2**attempt))
        return await self._in_transaction(next_, source, info, arguments)

    async def _in_transaction(
        self, next_: Resolver, source: Any, info: Info, arguments: dict[str, Any]
    ) -> Any:
        context = info.context
        try:
            async with begin(context.store, context.caller, context.server.clock) as tx:
                context.open_transaction = tx
                await self._admit(tx, arguments)
                payload = await next_(source, info, **arguments)
        except (InputError, InputErrors, RequestError):
            await self._keep_lapsed(context)
            raise
        payload.cursor = str(tx.cursor) if tx.cursor else None
        return payload

    async def _keep_lapsed(self, context: Context) -> None:
        """The refused transaction also undid what it had
        found to be expired: that is written down after all.
        """
        refused = context.open_transaction
        if refused is None or refused.expired_in is None:
            return
        async with begin(context.store, SYSTEM, context.server.clock) as tx:
            await expire_overdue_of(tx, refused.expired_in)

    async def _admit(self, tx: Transaction, arguments: dict[str, Any]) -> None:
        if self.permission:
            await tx.authorize(arguments["input"].organization_id, self.permission)


class WakesWorkers(FieldExtension):
    """Rings the bell once the mutation is committed:
    whoever waits there looks at once for what is due.

    It stands behind the guard in a list of extensions, for the last one is the outermost.
    """

    async def resolve_async(
        self, next_: Resolver, source: Any, info: Info, **arguments: Any
    ) -> Any:
        answer = await next_(source, info, **arguments)
        info.context.store.wakeup.notify()
        return answer


def query_guard(
    permission: str | None = None, *, actor: ActorKind = ActorKind.ANY
) -> list[FieldExtension]:
    """The extensions of a query's field that not everybody may read."""
    return [Requires(actor, permission)]


def subscription_guard(
    permission: str | None = None, *, actor: ActorKind = ActorKind.ANY
) -> list[FieldExtension]:
    """The extensions of a subscription."""
    return [Listens(actor, permission)]


def mutation_guard(
    permission: str | None = None, *, actor: ActorKind = ActorKind.ANY
) -> list[FieldExtension]:
    """The extensions of a mutation."""
    return [Guarded(actor, permission)]


def untransacted_guard(*, actor: ActorKind = ActorKind.ANY) -> list[FieldExtension]:
    """The extensions of a mutation that writes little and in a moment of its own."""
    return [Answered(actor, None)]
