"""YAML that holds nothing surprising, and the line that each of its parts is on."""

from collections.abc import Iterable
from typing import Any

import yaml

from resolvers.role_model.model import ModelError, ModelProblem, Place

DEPTH = 8

# The line of each part, by the names and numbers that lead to it.
Lines = dict[tuple[str, ...], int]


def construct(faults: Iterable[ModelProblem], lines: Lines) -> list[ModelProblem]:
    """The faults in the order of the file, each with its
    line; that of what is nearest above where there is none.
    """
    return [
        _located(fault, lines)
        for fault in sorted(faults, key=lambda fault: _line(fault.place, lines))
    ]


def _line(place: Place, lines: Lines) -> int:
    parts = tuple(map(str, place))
    above = (parts[:length] for length in range(len(parts), 0, -1))
    return next((lines[one] for one in above if one in lines), 0)


def _located(fault: ModelProblem, lines: Lines) -> ModelProblem:
    line = _line(fault.place, lines)
    parts = [f"line {line}"] if line else []
    parts += [".".join(map(_printable, fault.place))] if fault.place else []
    return ModelProblem((), ": ".join([*parts, fault.message]))


def _printable(part: str | int) -> str:
    text = str(part)[:80]
    return text if text.isprintable() else repr(text)


def parse_yaml(content: bytes) -> tuple[Any, Lines]:
    lines: Lines = {}
    try:
        text = content.decode("utf-8-sig")
        _ensure_plain(text)
        loader = _loader(text)
        node = loader.get_single_node()
        _note_lines(node, (), lines)
        return (loader.construct_document(node) if node else None), lines
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise ModelError(
            [ModelProblem((), f"line {line}: This is not YAML: {error.problem or error.context}.")]
        ) from error
    except (yaml.YAMLError, ValueError) as error:
        raise ModelError(
            [ModelProblem((), f"This is not YAML: {str(error).splitlines()[0]}.")]
        ) from error


def _loader(text: str) -> Any:
    """The parser of `yaml.safe_load`, whose parts have no types."""
    return yaml.SafeLoader(text)


def _ensure_plain(text: str) -> None:
    """No anchors, which can make a small file huge,
    and no deep nesting, which can exhaust the parser.
    """
    depth, loader = 0, _loader(text)
    while loader.check_token():
        token = loader.get_token()
        line = token.start_mark.line + 1
        if isinstance(token, (yaml.AnchorToken, yaml.AliasToken, yaml.TagToken)):
            raise ModelError(
                [ModelProblem((), f"line {line}: Anchors, aliases and tags are not allowed here.")]
            )
        depth += _deepening(token)
        if depth > DEPTH:
            raise ModelError([ModelProblem((), f"line {line}: This is nested too deeply.")])


OPENING = (
    yaml.BlockMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.FlowSequenceStartToken,
)
CLOSING = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)


def _deepening(token: yaml.Token) -> int:
    return isinstance(token, OPENING) - isinstance(token, CLOSING)


def _note_lines(node: yaml.Node | None, place: tuple[str, ...], lines: Lines) -> None:
    """Notes the line of everything below; raises ModelRefused for a name that is there twice."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            below = (*place, key.value if isinstance(key, yaml.ScalarNode) else "?")
            if below in lines:
                raise ModelError(
                    construct(
                        [ModelProblem(below, f"It is on line {key.start_mark.line + 1} again.")],
                        lines,
                    )
                )
            lines[below] = key.start_mark.line + 1
            _note_lines(value, below, lines)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            below = (*place, str(number))
            lines[below] = value.start_mark.line + 1
            _note_lines(value, below, lines)
