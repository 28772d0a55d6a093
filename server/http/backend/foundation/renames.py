"""Parameters that have another name in GraphQL, in the errors of one endpoint."""

from collections.abc import Generator
from contextlib import contextmanager

from models.errors.input import InputError, InputErrors


@contextmanager
def renamed(**names: str) -> Generator[None]:
    """Names parameters as the endpoint does; the names are those of the inputs in GraphQL."""
    try:
        yield
    except InputError as error:
        _rename(error, names)
        raise
    except InputErrors as errors:
        for error in errors.errors:
            _rename(error, names)
        raise


def _rename(error: InputError, names: dict[str, str]) -> None:
    if error.field and error.field[-1] in names:
        error.field = [*error.field[:-1], names[error.field[-1]]]
