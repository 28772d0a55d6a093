"""What an endpoint of the Backend API is, and what its handler gets."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel
from starlette.requests import Request

from models.keys.scopes import KeyScope
from resolvers.foundation.transaction import Transaction
from schema.foundation.context import Context
from schema.foundation.transactions import run_for_caller
from server.http.backend.foundation.parameters import read_json, read_query

InputT = TypeVar("InputT", bound=BaseModel)
T = TypeVar("T")

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


@dataclass(frozen=True, slots=True)
class Call:
    """A call of an endpoint by a secret key."""

    context: Context
    # The parameters in the path.
    path: Mapping[str, str]

    async def change(self, operation: Callable[[Transaction], Awaitable[T]]) -> T:
        """Runs an operation in a transaction, as a mutation does.

        What is read afterwards shows the locked rows as they were at the commit.
        """
        context = self.context
        await context.clear_loaders()
        result, tx = await run_for_caller(context, operation)
        context.changed_organization_id = next(iter(tx.locked_organizations), None)
        context.loaders.remember_locked(tx)
        return result


@dataclass(frozen=True, slots=True, eq=False)
class Endpoint(Generic[InputT]):
    """An endpoint: its place, the scope that a narrowed key needs, and what answers.

    The input of a GET is its query, and that of another method its JSON body.
    """

    method: Method
    path: str
    scope: KeyScope
    handler: Callable[[Call, InputT], Awaitable[Any]]
    input: type[InputT]
    # How the input is read, if it is neither a query nor JSON.
    read: Callable[[Request, type[InputT]], Awaitable[InputT]] | None = None

    async def read_input(self, request: Request) -> InputT:
        read = self.read or (read_query if self.method == "GET" else read_json)
        return await read(request, self.input)
