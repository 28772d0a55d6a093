"""Whether billing is enabled, on which the catalogue and subscriptions depend (rule 47)."""

from models.errors.request import Forbidden
from resolvers.authority.access import ActorType
from resolvers.foundation.transaction import Transaction


async def ensure_billing_enabled(tx: Transaction) -> None:
    """Rejects callers of the API while billing is disabled, so that nobody waits for an effect.

    A command can prepare plans, and a payment provider reports facts.
    """
    is_system = tx.actor.type is ActorType.SYSTEM
    if not is_system and not (await tx.load_instance()).billing_enabled:
        raise Forbidden(
            "Billing is disabled in this instance. Set `billingEnabled` with updateInstance, or"
            " prepare plans with the command `tenantry plans apply`.",
            reason="billing_not_enabled",
        )


async def lock_catalogue(tx: Transaction) -> None:
    """Waits for every transaction that reads plans, and keeps others from them until the end."""
    await tx.lock_roles_exclusively()
    await ensure_billing_enabled(tx)
