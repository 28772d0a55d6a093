"""Creates, updates and deletes features (rule 41)."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import delete
from sqlmodel import col, select

from models.errors.collector import ErrorCollector
from models.errors.input import IdentifierExists, ResourceInUse
from models.events import EventType
from models.plans import Feature, Plan, PlanFeature, check_feature_key
from models.roles import Permission
from resolvers.authority.plan_gate import get_feature
from resolvers.events.payloads import with_deleted_flag
from resolvers.events.plan_payloads import feature_data
from resolvers.foundation.changes import apply_changes
from resolvers.foundation.labels import check_labels, index_by_key
from resolvers.foundation.transaction import Transaction
from resolvers.plans.billing import lock_catalogue


def _record(
    tx: Transaction, type: EventType, feature: Feature, changes: dict[str, Any] | None = None
) -> None:
    tx.record(type, feature.id, with_deleted_flag(type, feature_data(feature)), changes=changes)


async def load_all_features(tx: Transaction) -> dict[str, Feature]:
    """Loads all features by their keys."""
    rows = (await tx.session.execute(select(Feature).order_by(col(Feature.key)))).scalars()
    return {feature.key: feature for feature in rows}


async def load_features_by_key(
    tx: Transaction, keys: Sequence[str], *, at: str = "features"
) -> list[Feature]:
    """Loads the features with these keys.

    Raises ResourceNotFound for unknown ones, with the most similar keys.
    """
    return index_by_key(await load_all_features(tx), keys, "feature", at=at)


async def create_feature(
    tx: Transaction, *, key: str, name: str, description: str | None
) -> Feature:
    """Creates a feature that no plan includes yet."""
    await lock_catalogue(tx)
    errors = ErrorCollector()
    with errors.at("key"):
        check_feature_key(key)
        if (await tx.session.execute(select(Feature.id).where(col(Feature.key) == key))).first():
            raise IdentifierExists("A feature with this key already exists.")
    labels = check_labels(errors, {"name": name, "description": description})
    errors.raise_if_any()
    return _add(tx, key, **labels)


def _add(tx: Transaction, key: str, name: str, description: str | None = None) -> Feature:
    feature = Feature(
        id=tx.new_id(Feature.prefix),
        created_at=tx.now,
        updated_at=tx.now,
        key=key,
        name=name,
        description=description,
    )
    tx.session.add(feature)
    _record(tx, EventType.FEATURE_CREATED, feature)
    return feature


async def add_missing_features(tx: Transaction, keys: Collection[str]) -> dict[str, Feature]:
    """Returns the features with these keys; those that don't exist are created."""
    known = await load_all_features(tx)
    return {key: known.get(key) or _add(tx, key, key) for key in sorted(keys)}


async def update_feature(tx: Transaction, *, key: str, given: dict[str, Any]) -> Feature:
    """Updates the name and description, not the key, which permissions and tokens contain."""
    await lock_catalogue(tx)
    (feature,) = await load_features_by_key(tx, [key], at="key")
    errors = ErrorCollector()
    labels = check_labels(errors, given)
    errors.raise_if_any()
    changes = apply_changes(feature, labels)
    if changes:
        feature.updated_at = tx.now
        _record(tx, EventType.FEATURE_UPDATED, feature, changes)
    return feature


async def delete_feature(tx: Transaction, *, key: str) -> str:
    """Deletes a feature; raises ResourceInUse with the permissions and plans that name it."""
    await lock_catalogue(tx)
    (feature,) = await load_features_by_key(tx, [key], at="key")
    errors = ErrorCollector()
    keys = (
        await tx.session.execute(select(Permission.key).order_by(col(Permission.key)))
    ).scalars()
    permissions = [one for one in keys if get_feature(one) == key]
    of_plan = select(PlanFeature.plan_id).where(col(PlanFeature.feature_id) == feature.id)
    with_feature = select(Plan.key).where(col(Plan.id).in_(of_plan)).order_by(col(Plan.key))
    plans = list((await tx.session.execute(with_feature)).scalars())
    with errors.at("key"):
        if permissions:
            raise ResourceInUse(
                f"These permissions belong to the feature: {', '.join(permissions)}. Delete them"
                " first.",
                permissions=permissions,
            )
    with errors.at("key"):
        if plans:
            raise ResourceInUse(
                f"These plans still include the feature: {', '.join(plans)}.", plans=plans
            )
    errors.raise_if_any()
    await tx.session.execute(delete(Feature).where(col(Feature.id) == feature.id))
    _record(tx, EventType.FEATURE_DELETED, feature)
    return feature.id
