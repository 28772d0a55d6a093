"""The words that the project does not use, and where it looks for them.

Each pattern stands beside what to write instead. Words that are also plain English in other places
are only those of the sense that is meant: a reverse proxy can stand behind another one.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("models", "resolvers", "schema", "server")

WORDS = {
    r"\b(?:told|tells?|telling)\b": "reported, sent, says",
    r"(?<!-)\bmade\b": "created",
    r"\bgoes\b|(?<!410 )\bgone\b": "removed, deleted",
    r"\blaps(?:e|es|ed|ing)\b": "expire",
    r"(?<!give )\baway\b(?! from)": "unavailable",
    r"\bbehind\b(?! (?:a|an|the|your|another) (?:\w+ )?prox)": "after",
    r"\bvoid\b": "invalid",
    r"\bthe letter\b|\bletters (?:are|to) ": "email",
    r"\b(?:to|for|of|from) who\b|\bwho may\b": "members who can",
    r"(?<!there )\bis no\b(?! longer)": "is not a",
    r"\bmend(?:s|ed|ing)?\b": "fix",
    r"\banew\b": "again",
    r"\bany more\b(?! than)": "no longer",
    r"\bis wanted\b|\bare wanted\b": "must be, is required",
    r"\binstance's owner\b": "the operator",
    r"\be-mails?\b": "email",
    r"\bwhat became of\b": "the status of",
    r"\binvent(?:s|ed)?\b": "create",
    r"\bat the instant\b": "as soon as",
}
CODE = re.compile(r"`[^`\n]+`")
FORBIDDEN = {re.compile(pattern, re.IGNORECASE): instead for pattern, instead in WORDS.items()}


def find_words(text: str) -> Iterator[str]:
    """Finds the words of the list outside of code, each with what to write instead."""
    text = CODE.sub("`…`", text)
    for pattern, instead in FORBIDDEN.items():
        for match in pattern.finditer(text):
            around = " ".join(text[max(0, match.start() - 40) : match.end() + 40].split())
            yield f"{match[0]!r} ({instead}): … {around} …"


def read_texts(path: Path) -> Iterator[str]:
    """Reads what a person reads in a file: in Python, the strings and the comments."""
    source = path.read_text()
    if path.suffix != ".py":
        yield source
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string
