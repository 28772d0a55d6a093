"""Runs a `tenantry` command without group commit: each transaction is committed by itself.

`python -m bench.ungrouped serve --port 8000`
"""

from models.database.turns import Turns
from server import cli


def main() -> None:
    # A group is committed at once when nobody waits, and only groups ask who does.
    nobody = property(lambda turns: 0, lambda turns, number: None)
    setattr(Turns, "waiting", nobody)  # noqa: B010
    cli.main()


if __name__ == "__main__":
    main()
