"""Public and private metadata, as inputs give them (rule 5)."""

from dataclasses import dataclass

from models.base import JSONObject
from models.errors.collector import ErrorCollector
from models.keys.scopes import KeyScope
from models.memberships import Membership
from models.organizations import Organization
from models.users import User
from models.validation.text import check_metadata, merge_metadata
from resolvers.foundation.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Metadata:
    """The metadata of an input; None stands for metadata that the input does not give."""

    public: JSONObject | None = None
    private: JSONObject | None = None


def ensure_private_metadata(tx: Transaction, *given: JSONObject | None) -> None:
    """Ensures that a narrowed secret key can write private metadata, if an input gives some."""
    if any(metadata is not None for metadata in given):
        tx.use_scope(KeyScope.PRIVATE_METADATA_WRITE)


def apply_metadata(
    tx: Transaction,
    row: Membership | Organization | User,
    given: Metadata,
    *,
    merge: bool,
) -> dict[str, JSONObject]:
    """Returns the row's new metadata; what is given is deeply merged, or replaces the old."""
    ensure_private_metadata(tx, given.private)
    errors, new = ErrorCollector(), dict[str, JSONObject]()
    for name, patch in (("public_metadata", given.public), ("private_metadata", given.private)):
        if patch is not None:
            with errors.at(name):
                check_metadata(patch)
                new[name] = (
                    check_metadata(merge_metadata(getattr(row, name), patch)) if merge else patch
                )
    errors.raise_if_any()
    return new
