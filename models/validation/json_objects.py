"""JSON objects that come back unchanged from every database, and to every client."""

from typing import Any

# What JavaScript and every other reader of JSON keeps exactly (RFC 7493).
LARGEST_NUMBER = 2**53 - 1


def check_json_object(value: Any) -> dict[str, Any]:
    """Returns the object; raises ValueError for anything else, and for what is lost on the way."""
    if not isinstance(value, dict):
        raise ValueError("The value must be a JSON object, not a string, a number, or a list.")
    waiting: list[Any] = [value]
    while waiting:
        match waiting.pop():
            case dict() as one:  # pyright: ignore[reportUnknownVariableType]
                waiting += [*one.keys(), *one.values()]
            case list() as one:  # pyright: ignore[reportUnknownVariableType]
                waiting += one
            case str() as text if "\0" in text:
                raise ValueError("The JSON object must not contain NUL characters.")
            case str() | bool() | None:
                pass
            case int() | float() as number if abs(number) <= LARGEST_NUMBER:
                pass
            case _:
                raise ValueError(
                    f"Numbers in a JSON object must be between -{LARGEST_NUMBER} and"
                    f" {LARGEST_NUMBER}."
                )
    return value  # pyright: ignore[reportUnknownVariableType]
