"""Writes models/validation/unassigned.py, with the newest Unicode that is at hand.

Run it in an environment of its own: `uv run --with unicodedata2 bench/write_unassigned.py`.
"""

from itertools import pairwise
from pathlib import Path

import unicodedata2  # pyright: ignore[reportMissingImports]

FILE = Path(__file__).parents[1] / "models" / "validation" / "unassigned.py"
HEAD = '''"""The code points that Unicode %s has not assigned, as a character class of `re`.

`unicodedata` differs from one Python to the next, and what a name can hold must not.
Written by bench/write_unassigned.py.
"""

'''


def find_unassigned() -> list[tuple[int, int]]:
    """The first and last code point of each range."""
    is_unassigned = [unicodedata2.category(chr(point)) == "Cn" for point in range(0x110000)]  # pyright: ignore
    changes = [
        point
        for point in range(0x110000)
        if is_unassigned[point] != (point > 0 and is_unassigned[point - 1])
    ] + [0x110000]
    return [(first, end - 1) for first, end in pairwise(changes) if is_unassigned[first]]


def write_range(first: int, last: int) -> str:
    both = [f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}" for point in (first, last)]
    return both[0] if first == last else "-".join(both)


if __name__ == "__main__":
    ranges = [write_range(*one) for one in find_unassigned()]
    lines: list[str] = [""]
    for one in ranges:
        if len(lines[-1]) + len(one) > 90:
            lines.append("")
        lines[-1] += one
    body = "\n".join(f'    "{line}"' for line in lines)
    FILE.write_text(f"{HEAD % unicodedata2.unidata_version}UNASSIGNED = (\n{body}\n)\n")  # pyright: ignore
