"""Prints the size and shape of each package: files, functions, docstrings, comments, and types.

    python bench/code_metrics.py                      # this checkout
    python bench/code_metrics.py --at 4f04d0b         # a commit, to compare
    python bench/code_metrics.py --root ../starlette starlette

Migrations are left out: they are written once and never read as a whole.
"""

import argparse
import ast
import io
import statistics
import subprocess
import tarfile
import tempfile
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

PACKAGES = ("models", "resolvers", "schema", "server", "tests")
LEFT_OUT = {"migrations", "node_modules", ".venv", "__pycache__"}
LONG_LINE = 100
SHORT_FUNCTION = 3

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One file: its lines, its functions, and the tokens that its text consists of."""

    lines: list[str]
    tree: ast.Module
    functions: list[Function]
    comments: int
    names: list[str]


@dataclass
class Metrics:
    """What is counted of a package; the table prints one row for each."""

    name: str
    sources: list[Source] = field(default_factory=list[Source])

    def row(self) -> list[str]:
        lines = [line for source in self.sources for line in source.lines]
        code = [line for line in lines if line.strip()]
        functions = [function for source in self.sources for function in source.functions]
        sizes = [count_lines(function) for function in functions]
        private = sum(is_private_helper(function) for function in functions)
        strings = sum(map(count_bare_strings, self.sources))
        names = [name for source in self.sources for name in source.names]
        return [
            self.name,
            str(len(self.sources)),
            summarize([len(source.lines) for source in self.sources]),
            str(len(functions)),
            summarize(sizes),
            percent(sum(ast.get_docstring(one) is not None for one in functions), functions),
            percent(sum(one.returns is not None for one in functions), functions),
            percent(sum(source.comments for source in self.sources), lines, digits=1),
            percent(private, functions),
            percent(sum(size <= SHORT_FUNCTION for size in sizes), functions),
            f"{1000 * strings / len(lines):.1f}",
            percent(sum(len(line) > LONG_LINE for line in code), code),
            f"{statistics.mean(map(len, code)):.0f}",
            f"{1000 * names.count('Any') / len(code):.0f}",
            str(names.count("AnyRow")),
        ]


HEADINGS = (
    "package",
    "files",
    "file lines",
    "functions",
    "function lines",
    "docstrings",
    "return types",
    "comments",
    "private",
    f"≤ {SHORT_FUNCTION} lines",
    "bare strings/1000",
    f"> {LONG_LINE} columns",
    "mean",
    "Any/1000",
    "AnyRow",
)


def count_lines(function: Function) -> int:
    """The lines from `def` to the end, without the docstring."""
    size = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None:
        size -= (first.end_lineno or first.lineno) - first.lineno + 1
    return size


def is_private_helper(function: Function) -> bool:
    return function.name.startswith("_") and not function.name.startswith("__")


def count_bare_strings(source: Source) -> int:
    """Strings that stand as a statement of their own right after an assignment."""
    scopes = [node for node in ast.walk(source.tree) if isinstance(node, ast.Module | ast.ClassDef)]
    return sum(
        isinstance(before, ast.Assign | ast.AnnAssign) and is_string(after)
        for scope in scopes
        for before, after in pairwise(scope.body)
    )


def is_string(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def summarize(sizes: list[int]) -> str:
    """Median, 90th percentile, and maximum."""
    ordered = sorted(sizes)
    high = ordered[int(0.9 * (len(ordered) - 1))]
    return f"{statistics.median_low(ordered)} / {high} / {ordered[-1]}"


def percent(part: int, whole: list[str] | list[Function], *, digits: int = 0) -> str:
    return f"{100 * part / len(whole):.{digits}f} %"


def read_source(path: Path) -> Source:
    text = path.read_text()
    tree = ast.parse(text)
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    return Source(
        lines=text.splitlines(),
        tree=tree,
        functions=[node for node in ast.walk(tree) if isinstance(node, Function)],
        comments=sum(
            token.type == tokenize.COMMENT and not token.line[: token.start[1]].strip()
            for token in tokens
        ),
        names=[token.string for token in tokens if token.type == tokenize.NAME],
    )


def find_sources(folder: Path) -> Iterator[Source]:
    for path in sorted(folder.rglob("*.py")):
        if not LEFT_OUT & set(path.relative_to(folder).parts) and path.stat().st_size:
            yield read_source(path)


def print_table(root: Path, packages: list[str]) -> None:
    metrics = [Metrics(name, list(find_sources(root / name))) for name in packages]
    production = [one for one in metrics if one.name != "tests" and one.sources]
    if len(production) > 1:
        together = [source for one in production for source in one.sources]
        metrics.insert(len(production), Metrics("all", together))
    print("| " + " | ".join(HEADINGS) + " |")
    print("|" + "---|" * len(HEADINGS))
    for one in metrics:
        if one.sources:
            print("| " + " | ".join(one.row()) + " |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("packages", nargs="*", default=list(PACKAGES))
    parser.add_argument("--root", type=Path, default=Path(__file__).parents[1])
    parser.add_argument("--at", metavar="COMMIT", help="measure a commit, not the checkout")
    options = parser.parse_args()
    if options.at is None:
        print_table(options.root, options.packages)
        return
    archive = subprocess.run(
        ["git", "-C", options.root, "archive", options.at], check=True, stdout=subprocess.PIPE
    )
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
            tar.extractall(folder, filter="data")
        print_table(Path(folder), options.packages)


if __name__ == "__main__":
    main()
