"""What an operator chooses for an import; the help of the command needs nothing else."""

from enum import Enum


class Missing(Enum):
    """What happens to a record that can't be written as it is."""

    # Nothing at all is written.
    FAIL = "fail"
    # It is left out.
    SKIP = "skip"
    # As SKIP, but users and roles that a membership describes are created.
    CREATE = "create"


class Existing(Enum):
    """What happens to a record whose object is already here."""

    SKIP = "skip"
    UPDATE = "update"
    FAIL = "fail"
