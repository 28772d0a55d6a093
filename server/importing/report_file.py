"""Writes the report of an import as CSV that a spreadsheet can open."""

import csv
from collections.abc import Sequence
from pathlib import Path

from models.validation.text import escape_controls
from resolvers.importing.report import Problem

# What a spreadsheet takes for a formula.
FORMULAS = ("=", "+", "-", "@")


def write_report(path: Path, problems: Sequence[Problem]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, quoting=csv.QUOTE_ALL)
        rows.writerow(["file", "line", "kind", "code", "message"])
        for problem in problems:
            kind = "warning" if problem.is_warning else "refused"
            cells = [problem.place.file, str(problem.place.line), kind, problem.code]
            rows.writerow([_to_cell(cell) for cell in (*cells, problem.message)])


def _to_cell(text: str) -> str:
    """Makes a cell that no spreadsheet evaluates, without control characters."""
    readable = escape_controls(text)
    return f"'{readable}" if readable.lstrip().startswith(FORMULAS) else readable
