"""Collects the errors of one input, so that the user sees all of them at once."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from models.errors.input import InputError, InputErrors, ParameterNil, to_camel_case


@dataclass(slots=True)
class ErrorCollector:
    errors: list[InputError] = field(default_factory=list[InputError])

    @contextmanager
    def at(self, name: str) -> Generator[None]:
        try:
            yield
        except InputError as error:
            error.field = ["input", to_camel_case(name)]
            self.errors.append(error)

    def reject_nulls(self, given: dict[str, Any], *names: str) -> dict[str, Any]:
        """Removes the named values that are null, and collects an error for each of them."""
        nulls = {name for name in names if name in given and given[name] is None}
        for name in nulls:
            with self.at(name):
                raise ParameterNil(
                    f"{to_camel_case(name)} can't be null. Leave it out to keep the current value."
                )
        return {name: value for name, value in given.items() if name not in nulls}

    def raise_if_any(self) -> None:
        if self.errors:
            raise InputErrors(self.errors)
