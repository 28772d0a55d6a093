"""Public and private metadata, as inputs give them (rule 5)."""

from dataclasses import dataclass

from models.base import JSONObject
from models.errors import ErrorCollector
from models.memberships import Membership
from models.organizations import Organization
from models.users import User
from models.validation.text import check_metadata, merge_metadata


@dataclass(frozen=True, slots=True)
class Metadata:
    """The metadata of an input; None stands for metadata that the input does not give."""

    public: JSONObject | None = None
    private: JSONObject | None = None


def apply_metadata(
    row: Membership | Organization | User, given: Metadata, *, merge: bool
) -> dict[str, JSONObject]:
    """Returns the row's new metadata; what is given is deeply merged, or replaces the old."""
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
