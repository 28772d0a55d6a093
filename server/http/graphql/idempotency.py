"""Idempotency keys: a mutation whose request is repeated has one effect and one answer."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import orjson
from graphql import GraphQLError
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from models.errors.input import InputError, InputErrors
from models.errors.request import BadUserInput, IdempotencyMismatch, RequestError, Unavailable
from models.idempotency import KEY_PATTERN
from resolvers.foundation.idempotency import (
    IdempotentRequest,
    add_answer,
    load_answer,
    make_idempotent_request,
)
from resolvers.foundation.shared_transaction import SharedTransaction
from resolvers.foundation.transaction import Transaction
from schema.execution.documents import Document
from schema.foundation.context import Context
from schema.foundation.errors import find_cause
from schema.foundation.transactions import begin_for_caller, retry_deadlocks
from server.http.graphql.encoding import EncodedBody
from server.http.requests import Operation

# Errors that the result already reports.
EXPECTED = (RequestError, InputError, InputErrors)

Execute = Callable[[], Awaitable[ExecutionResult]]
Encode = Callable[[ExecutionResult], EncodedBody]


class Rejected(RequestError):
    """Rolls back the transaction of a request whose mutation was rejected with this result."""

    def __init__(self, result: ExecutionResult) -> None:
        super().__init__("The mutation was rejected.")
        self.result = result


class Replayed(RequestError):
    """Ends the execution of a request that was answered before, with the stored answer."""

    def __init__(self, answer: bytes) -> None:
        super().__init__("The request was answered before.")
        self.answer = answer


# What ends the request itself, not only its mutation.
FINAL = (IdempotencyMismatch, Replayed, Unavailable)


async def run_idempotently(
    operation: Operation, document: Document, context: Context, execute: Execute, encode: Encode
) -> EncodedBody:
    """Executes a mutation and stores its answer in one transaction, or repeats the stored answer.

    A mutation that is rejected changes and stores nothing, so it can be sent again with its key.
    """
    field = None
    try:
        key = _parse_key(context)
        field = _find_field(operation, document)
        request = make_idempotent_request(
            context.caller,
            key,
            document=operation.query,
            variables=operation.variables,
            name=operation.name,
        )
        await context.signer.prepare()
        return await retry_deadlocks(lambda: _run_once(request, context, execute, encode))
    except Replayed as replayed:
        return EncodedBody(orjson.loads(replayed.answer), replayed.answer, is_replayed=True)
    except Rejected as rejected:
        return encode(rejected.result)
    except (BadUserInput, IdempotencyMismatch) as error:
        return encode(PreExecutionError(data=None, errors=[_to_graphql_error(error)]))
    except Exception as error:
        # The answer is the same as without a key: the mutation's field is null.
        return encode(
            ExecutionResult(data={str(field): None}, errors=[_to_graphql_error(error, field)])
        )


async def _run_once(
    request: IdempotentRequest, context: Context, execute: Execute, encode: Encode
) -> EncodedBody:
    async with AsyncExitStack() as stack:

        async def begin() -> Transaction:
            tx = await stack.enter_async_context(begin_for_caller(context))
            if (answer := await load_answer(tx, request)) is not None:
                raise Replayed(answer)
            return tx

        shared = context.shared_transaction = SharedTransaction(begin)
        try:
            result = await execute()
        finally:
            # Waits for reads that are still running.
            await context.clear_loaders()
            context.shared_transaction = None
        tx = _ensure_applied(result, shared)
        encoded = encode(result)
        add_answer(tx, request, encoded.json)
    # Workers and subscribers can see the change only now.
    context.store.wakeup.notify()
    return encoded


def _ensure_applied(result: ExecutionResult, shared: SharedTransaction) -> Transaction:
    """Returns the transaction of an applied mutation; raises what went wrong with any other.

    A field of the payload that the caller can't see is not a failure.
    """
    for error in (shared.error, *map(find_cause, result.errors or ())):
        if error and (isinstance(error, FINAL) or not isinstance(error, EXPECTED)):
            raise error
    if shared.tx is None or shared.error:
        raise Rejected(result)
    return shared.tx


def _parse_key(context: Context) -> str:
    (key, *others) = context.idempotency_keys
    if others:
        raise BadUserInput("The Idempotency-Key header must be sent once.")
    if not KEY_PATTERN.fullmatch(key):
        raise BadUserInput(
            "The Idempotency-Key header must have 1 to 255 visible ASCII characters, such as a"
            " UUID."
        )
    return key


def _find_field(operation: Operation, document: Document) -> str:
    """Returns the response key of the request's one mutation."""
    keys = document.find_root_keys(operation.name)
    if len(keys) != 1:
        raise BadUserInput(
            "A request with an Idempotency-Key must have exactly one mutation field, because each"
            f" field is its own transaction. This one has {len(keys)}. Send each in a request with"
            " its own key."
        )
    return next(iter(keys))


def _to_graphql_error(error: Exception, field: str | None = None) -> GraphQLError:
    return GraphQLError(str(error), path=[field] if field else None, original_error=error)
