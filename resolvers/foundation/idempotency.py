"""Stores the answers of mutations by idempotency key, and finds them for a repeated request."""

from dataclasses import dataclass
from datetime import datetime

from cryptography.fernet import Fernet
from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.base import JSONObject
from models.database.statements import prepared_statement
from models.database.store import Store
from models.errors.request import IdempotencyMismatch
from models.idempotency import RETENTION, IdempotentAnswer, compute_digest, make_answer_cipher
from resolvers.authority.access import Actor
from resolvers.foundation.locks import take_advisory_lock
from resolvers.foundation.transaction import Transaction


@dataclass(frozen=True, slots=True)
class IdempotentRequest:
    """A request with an idempotency key, which belongs to its caller."""

    id: str
    fingerprint: str
    cipher: Fernet


def make_idempotent_request(
    actor: Actor, key: str, *, document: str, variables: JSONObject | None, name: str | None
) -> IdempotentRequest:
    return IdempotentRequest(
        id=compute_digest(actor.type.value, actor.id, key),
        fingerprint=compute_digest(name, document, variables or {}),
        cipher=make_answer_cipher(key),
    )


async def load_answer(tx: Transaction, request: IdempotentRequest) -> bytes | None:
    """Loads the answer to the request, if it was already executed.

    Others with the same caller and key wait until the end of the transaction. Raises
    IdempotencyMismatch if the key belongs to another request.
    """
    await take_advisory_lock(tx.session, int.from_bytes(bytes.fromhex(request.id)[:8], signed=True))
    stored = (await tx.session.execute(_select_answer(request.id))).scalar_one_or_none()
    if stored is None:
        return None
    if stored.fingerprint != request.fingerprint:
        raise IdempotencyMismatch
    return request.cipher.decrypt(stored.answer)


@prepared_statement
def _select_answer(id: str) -> SelectOfScalar[IdempotentAnswer]:
    return select(IdempotentAnswer).where(col(IdempotentAnswer.id) == id)


def add_answer(tx: Transaction, request: IdempotentRequest, answer: bytes) -> None:
    """Adds the answer; it is stored with the change itself, or not at all."""
    tx.session.add(
        IdempotentAnswer(
            id=request.id,
            fingerprint=request.fingerprint,
            answer=request.cipher.encrypt(answer).decode(),
            created_at=tx.now,
        )
    )


async def delete_old_answers(store: Store, now: datetime) -> None:
    """Deletes the answers that have been kept long enough."""
    is_old = col(IdempotentAnswer.created_at) < now - RETENTION
    async with store.write() as session:
        await session.execute(delete(IdempotentAnswer).where(is_old))
