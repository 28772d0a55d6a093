"""The guards: which callers can use a field, and the transaction that each mutation runs in."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, cast

from strawberry.extensions import FieldExtension
from strawberry.types.field import StrawberryField

from models.errors.input import InputError, InputErrors
from models.errors.request import NotFound, RequestError
from models.keys.scopes import KeyScope
from models.tracing import NO_SPAN, Span, current_tracer, start_span
from resolvers.authority.access import Actor, ensure_reach, missing_permission
from schema.foundation.context import Context, Info
from schema.foundation.errors import UserError
from schema.foundation.requires import ActorKind, Guard, ensure_actor_kind
from schema.foundation.transactions import begin_for_caller, retry_deadlocks

Resolver = Callable[..., Awaitable[Any]]


# ------------------------------------------------------------------------------------ shared steps


def ensure_input_in_reach(actor: Actor, given: Any) -> None:
    """Ensures that a secret key is for the organization of the input.

    A mutation whose input names none changes what belongs to the instance.
    """
    organization_id: str | None = getattr(given, "organization_id", None)
    ensure_reach(actor, organization_id)


def describe_arguments(field: StrawberryField) -> None:
    """Describes the input of a mutation; the name of the mutation is filled in later."""
    for argument in field.arguments:
        argument.description = argument.description or "The input of `{field}`."


def make_error_payload(info: Info, error: InputError | InputErrors) -> Any:
    """Makes the mutation's payload with nothing but `userErrors`."""
    payload = cast(Any, info.return_type).of_type
    errors = error.errors if isinstance(error, InputErrors) else [error]
    info.context.user_error_codes.update(error.code for error in errors)
    return payload(user_errors=[UserError.from_error(error) for error in errors])


def start_field_span(info: Info) -> AbstractContextManager[Span]:
    """Starts the span of a field, by its name in the schema."""
    if current_tracer.get() is None:
        return NO_SPAN
    return start_span(f"{info.path.typename}.{info.field_name}")


# ------------------------------------------------------------------------------------------- guards


@dataclass(eq=False)
class QueryGuard(Guard):
    """Guards a field of a query; the parent of a field with a permission is an organization."""

    async def resolve_async(
        self, next_: Resolver, source: Any, info: Info, **arguments: Any
    ) -> Any:
        context = info.context
        self.admit(context)
        if self.permission and context.holder_id:
            context.ensure_organizations_enabled()
            permissions = await context.loaders.load_permission_keys(source.id, context.holder_id)
            if refusal := self._refuse(permissions):
                raise refusal
        return await next_(source, info, **arguments)

    async def resolve_batch(
        self, next_: Resolver, sources: Sequence[Any], info: Info, **arguments: Any
    ) -> Sequence[Any]:
        """Decides for all parents at once, by organization; each refused one gets its error."""
        context = info.context
        self.admit(context)
        if not (self.permission and context.holder_id):
            return await next_(sources, info, **arguments)
        context.ensure_organizations_enabled()
        ids = list({source.id for source in sources})
        held = await context.loaders.load_permission_keys_in(ids, context.holder_id)
        refusals = {id: self._refuse(keys) for id, keys in zip(ids, held, strict=True)}
        allowed = [source for source in sources if refusals[source.id] is None]
        values = iter(await next_(allowed, info, **arguments) if allowed else ())
        return [refusals[source.id] or next(values) for source in sources]

    def _refuse(self, permissions: frozenset[str] | None) -> RequestError | None:
        if permissions is None:
            return NotFound()
        assert self.permission
        return None if self.permission in permissions else missing_permission(self.permission)


@dataclass(eq=False)
class NodeGuard(Guard):
    """Guards a field whose objects each need the scope of their type, which the field checks."""

    def admit(self, context: Context) -> None:
        ensure_actor_kind(context.caller, self.actor)

    async def resolve_async(
        self, next_: Resolver, source: Any, info: Info, **arguments: Any
    ) -> Any:
        self.admit(info.context)
        return await next_(source, info, **arguments)


@dataclass(eq=False)
class SubscriptionGuard(Guard):
    """Guards a subscription.

    The permission is only shown here. The stream reads it from the store before every event, the
    first included.
    """

    async def resolve_async(
        self, next_: Resolver, source: Any, info: Info, **arguments: Any
    ) -> Any:
        self.admit(info.context)
        info.context.ensure_organizations_enabled()
        return await next_(source, info, **arguments)


@dataclass(eq=False)
class MutationGuard(Guard):
    """Guards a mutation and runs it in a transaction.

    The steps:

    1. Check who calls.
    2. Clear what earlier mutations of the request loaded.
    3. Begin the transaction.
    4. With a permission: lock the organization, then check that the caller holds it.
    5. Run the mutation.
    6. Write its events and commit.

    The outcomes:

    - A commit answers the mutation's payload, with the cursor of its newest event.
    - An input error rolls back and becomes the payload's `userErrors`.
    - Any other error rolls back and becomes a top-level error.
    - A deadlock rolls back and starts again at step 3, up to five attempts in all.
    - An unknown commit is an error and is never tried again.
    - With an idempotency key, whoever began the request's transaction commits it or tries again.

    Invitations that the mutation found expired are stored even if it is rejected.
    """

    def apply(self, field: StrawberryField) -> None:
        super().apply(field)
        describe_arguments(field)

    async def resolve_async(
        self, next_: Resolver, source: Any, info: Info, **arguments: Any
    ) -> Any:
        context = info.context
        self.admit(context)
        ensure_input_in_reach(context.caller, arguments["input"])
        await context.clear_loaders()

        async def run() -> Any:
            shared = context.shared_transaction
            async with shared.join() if shared else begin_for_caller(context) as tx:
                context.open_transaction = tx
                if self.permission:
                    await tx.authorize(arguments["input"].organization_id, self.permission)
                payload = await next_(source, info, **arguments)
            # The end of the block has written the events and committed.
            payload.cursor = str(tx.events.cursor) if tx.events.cursor else None
            return payload

        try:
            with start_field_span(info):
                return await retry_deadlocks(run)
        except (InputError, InputErrors) as error:
            return make_error_payload(info, error)
        finally:
            tx, context.open_transaction = context.open_transaction, None
            await context.clear_loaders()
            if tx is not None:
                context.changed_organization_id = next(iter(tx.locked_organizations), None)
                context.loaders.remember_locked(tx)


@dataclass(eq=False)
class UntransactedMutationGuard(Guard):
    """Guards a mutation that begins a transaction itself, if it needs one at all.

    The permission is only shown here: `run_authorized` checks it. An input error becomes the
    payload's `userErrors`.
    """

    def apply(self, field: StrawberryField) -> None:
        super().apply(field)
        describe_arguments(field)

    async def resolve_async(
        self, next_: Resolver, source: Any, info: Info, **arguments: Any
    ) -> Any:
        context = info.context
        self.admit(context)
        ensure_input_in_reach(context.caller, arguments["input"])
        await context.clear_loaders()
        try:
            with start_field_span(info):
                return await next_(source, info, **arguments)
        except (InputError, InputErrors) as error:
            return make_error_payload(info, error)
        finally:
            await context.clear_loaders()


@dataclass(eq=False)
class UpdateLimit(FieldExtension):
    """Limits how often a user or an API key can update one object.

    The fields of the input identify the object.

    It counts before the transaction begins, because the counter may be on another machine. List it
    after the guard: the last extension of a list is the outermost one.
    """

    id_fields: tuple[str, ...]

    async def resolve_async(
        self, next_: Resolver, source: Any, info: Info, **arguments: Any
    ) -> Any:
        context = info.context
        if context.holder_id:
            ids = [str(getattr(arguments["input"], name)) for name in self.id_fields]
            await context.rate_limits.count_update(context.holder_id, *ids)
        return await next_(source, info, **arguments)


class WakesWorkers(FieldExtension):
    """Wakes the workers once the mutation is committed, so that they look for due work at once.

    List it after the guard: the last extension of a list is the outermost one.
    """

    async def resolve_async(
        self, next_: Resolver, source: Any, info: Info, **arguments: Any
    ) -> Any:
        payload = await next_(source, info, **arguments)
        info.context.store.wakeup.notify()
        return payload


# --------------------------------------------------------------------------------------- extensions


def query_guard(
    permission: str | None = None,
    *,
    actor: ActorKind = ActorKind.ANY,
    scope: KeyScope | None = None,
) -> list[FieldExtension]:
    """Makes the extensions of a query's field that not everyone can read."""
    return [QueryGuard(actor, permission, scope)]


def node_guard() -> list[FieldExtension]:
    """Makes the extensions of a field that checks the scope of each object itself."""
    return [NodeGuard(ActorKind.ANY)]


def subscription_guard(
    permission: str | None = None,
    *,
    actor: ActorKind = ActorKind.ANY,
    scope: KeyScope | None = None,
) -> list[FieldExtension]:
    """Makes the extensions of a subscription."""
    return [SubscriptionGuard(actor, permission, scope)]


def mutation_guard(
    permission: str | None = None,
    *,
    actor: ActorKind = ActorKind.ANY,
    scope: KeyScope | None = None,
) -> list[FieldExtension]:
    """Makes the extensions of a mutation."""
    return [MutationGuard(actor, permission, scope)]


def untransacted_guard(
    permission: str | None = None,
    *,
    actor: ActorKind = ActorKind.ANY,
    scope: KeyScope | None = None,
) -> list[FieldExtension]:
    """Makes the extensions of a mutation that begins transactions itself, if it needs any."""
    return [UntransactedMutationGuard(actor, permission, scope)]
