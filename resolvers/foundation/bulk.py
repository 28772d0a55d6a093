"""Bulk mutations: how many entries a call can have, and how their errors are reported."""

from collections.abc import Sequence

from models.errors.input import BulkSizeExceeded, DuplicateRecord, InputError, InvitationNotUnique

BULK_SIZE = 100


def ensure_bulk_size(number: int, *, at: str) -> None:
    """Raises BulkSizeExceeded; `at` names the input that has too many entries."""
    if number > BULK_SIZE:
        raise BulkSizeExceeded(f"A call can have at most {BULK_SIZE} {at}.", at=at, limit=BULK_SIZE)


def group_by_code(
    rejected: Sequence[tuple[str, InputError]], *, at: str, meta_name: str
) -> list[InputError]:
    """Combines the errors of each kind into one.

    `rejected` has an error for each entry that can't be used, with the text that identifies the
    entry. These texts are in the `meta` of the combined error, under `meta_name`.
    """
    groups: dict[type[InputError], list[tuple[str, InputError]]] = {}
    for identity, error in rejected:
        kind = DuplicateRecord if isinstance(error, InvitationNotUnique) else type(error)
        groups.setdefault(kind, []).append((identity, error))
    combined: list[InputError] = []
    for kind, group in groups.items():
        identities = list(dict.fromkeys(identity for identity, _ in group))
        first = group[0][1]
        more = f" (and {len(identities) - 1} more)" if len(identities) > 1 else ""
        meta = {**(first.meta or {}), meta_name: identities}
        combined.append(kind(f"{first.message}{more}", at=at, **meta))
    return combined
