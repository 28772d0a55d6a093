"""What a statement is about."""

import re

TABLE = re.compile(r'\b(?:FROM|INTO|UPDATE) "?(\w+)')


def find_table(statement: str) -> str:
    """The table that a statement reads or writes first, apart from its subqueries."""
    while (outer := re.sub(r"\([^()]*\)", "", statement)) != statement:
        statement = outer
    found = TABLE.search(statement)
    return found[1] if found else statement
