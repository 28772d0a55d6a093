"""Reads a YAML file that names our role for roles of the source."""

from collections.abc import Mapping
from pathlib import Path

from resolvers.foundation.model_changes import ModelError
from server.importing.source import SourceError
from server.yaml_files.shape import LIMIT, Entry, Text, parse_file


class _RoleNames(Entry):
    roles: dict[Text, Text]


def read_role_names(path: Path) -> Mapping[str, str]:
    """Raises SourceError."""
    with path.open("rb") as file:
        content = file.read(LIMIT + 1)
    try:
        return parse_file(content, _RoleNames, names=["roles"])[0].roles
    except ModelError as error:
        problems = "\n".join(f"{path}: {problem.message}" for problem in error.problems)
        raise SourceError(problems) from error
