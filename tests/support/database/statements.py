"""What a statement is about."""

import re

TABLE = re.compile(r'\b(?:FROM|INTO|UPDATE) "?(\w+)')


def find_table(statement: str) -> str:
    """The table that a statement reads or writes first, if possible outside of subqueries."""
    outer, inner = statement, ""
    while outer != inner:
        inner, outer = outer, re.sub(r"\([^()]*\)", "", outer)
    found = TABLE.search(outer) or TABLE.search(statement)
    return found[1] if found else statement
