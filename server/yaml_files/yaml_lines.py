"""Parses YAML without its dangerous features, and finds the line of each part."""

from collections.abc import Iterable
from operator import itemgetter
from typing import Any

import yaml

from resolvers.foundation.model_changes import ModelError, ModelProblem

# The metadata of a plan can have 32 levels.
DEPTH = 40

# The line of each part, by the names and numbers that lead to it.
Lines = dict[tuple[str, ...], int]
OPENING = (
    yaml.BlockMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.FlowSequenceStartToken,
)
CLOSING = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)


def add_lines(faults: Iterable[ModelProblem], lines: Lines) -> list[ModelProblem]:
    """Sorts the problems in the order of the file, and adds its line to each message.

    The line is that of the nearest part above, if the part itself is not in the file.
    """
    located: list[tuple[int, ModelProblem]] = []
    for fault in faults:
        parts = tuple(map(str, fault.place))
        above = (parts[:length] for length in range(len(parts), 0, -1))
        line = next((lines[place] for place in above if place in lines), 0)
        words = [f"line {line}"] if line else []
        words += [".".join(map(to_printable, fault.place))] if fault.place else []
        located.append((line, ModelProblem((), ": ".join([*words, fault.message]))))
    return [fault for _, fault in sorted(located, key=itemgetter(0))]


def to_printable(part: str | int) -> str:
    text = str(part)[:80]
    return text if text.isprintable() else repr(text)


def parse_yaml(content: bytes) -> tuple[Any, Lines]:
    lines: Lines = {}
    try:
        text = content.decode("utf-8-sig")
        ensure_plain(text)
        loader = make_loader(text)
        node = loader.get_single_node()
        collect_lines(node, (), lines)
        return (loader.construct_document(node) if node else None), lines
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise ModelError(
            [
                ModelProblem(
                    (),
                    f"line {line}: The file is not valid YAML: {error.problem or error.context}.",
                )
            ]
        ) from error
    except (yaml.YAMLError, ValueError) as error:
        raise ModelError(
            [ModelProblem((), f"The file is not valid YAML: {str(error).splitlines()[0]}.")]
        ) from error


def make_loader(text: str) -> Any:
    """Makes the parser of `yaml.safe_load`, whose parts have no types."""
    return yaml.SafeLoader(text)


def ensure_plain(text: str) -> None:
    """Rejects anchors, which can make a small file huge, and deep nesting.

    Deep nesting can exhaust the parser.
    """
    depth = 0
    loader = make_loader(text)
    while loader.check_token():
        token = loader.get_token()
        line = token.start_mark.line + 1
        if isinstance(token, (yaml.AnchorToken, yaml.AliasToken, yaml.TagToken)):
            raise ModelError(
                [ModelProblem((), f"line {line}: Anchors, aliases, and tags are not allowed.")]
            )
        depth += isinstance(token, OPENING) - isinstance(token, CLOSING)
        if depth > DEPTH:
            raise ModelError([ModelProblem((), f"line {line}: The file is nested too deeply.")])


def collect_lines(node: yaml.Node | None, place: tuple[str, ...], lines: Lines) -> None:
    """Adds the lines of everything below the node; raises ModelError for a repeated name."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            below = (*place, key.value if isinstance(key, yaml.ScalarNode) else "?")
            if below in lines:
                raise ModelError(
                    add_lines(
                        [ModelProblem(below, f"It is repeated on line {key.start_mark.line + 1}.")],
                        lines,
                    )
                )
            lines[below] = key.start_mark.line + 1
            collect_lines(value, below, lines)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            below = (*place, str(number))
            lines[below] = value.start_mark.line + 1
            collect_lines(value, below, lines)
