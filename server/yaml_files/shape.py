"""The shape of a file, and what is wrong with one that has another shape."""

from collections.abc import Collection, Generator, Iterable
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic_core import PydanticCustomError

from models.roles import find_similar
from resolvers.foundation.model_changes import ModelError, ModelProblem, Place
from server.yaml_files.yaml_lines import Lines, add_lines, parse_yaml

# The size of the largest file, in bytes.
LIMIT = 1_048_576
# What to say instead of pydantic's message, by the type of its error.
SENTENCES = {
    "missing": "It is missing.",
    "string_type": "It must be text. Put it in quotes.",
    "list_type": "It must be a list.",
    "bool_type": "It must be true or false.",
    "int_type": "It must be a whole number.",
}
MAPPINGS = {"dict_type", "model_type", "model_attributes_type"}


def ensure_storable(text: str) -> str:
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise PydanticCustomError(
            "unstorable", "It contains a character that databases can't store"
        )
    return text


Text = Annotated[str, AfterValidator(ensure_storable)]
Name = Annotated[Text, StringConstraints(strip_whitespace=True)]


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


EntryT = TypeVar("EntryT", bound=Entry)


def parse_file(
    content: bytes, shape: type[EntryT], *, names: Iterable[str], tagged: Collection[str] = ()
) -> tuple[EntryT, Lines]:
    """Parses a file; `tagged` are the parts whose entries have several kinds.

    Raises ModelError.
    """
    if len(content) > LIMIT:
        raise ModelError([ModelProblem((), f"The file must have at most {LIMIT} bytes.")])
    data, lines = parse_yaml(content)
    try:
        return shape.model_validate(data), lines
    except ValidationError as error:
        problems: list[ModelProblem] = []
        for detail in error.errors():
            location = detail["loc"]
            # Pydantic adds the kind of an entry, and a mark for a key.
            tags = {2} if location and location[0] in tagged else set[int]()
            place = tuple(
                part
                for number, part in enumerate(location)
                if number not in tags and part != "[key]"
            )
            sentence = to_sentence(detail["type"], location, detail["msg"], names)
            problems.append(ModelProblem(place, sentence))
        raise ModelError(add_lines(problems, lines)) from error


def to_sentence(kind: str, location: Place, message: str, names: Iterable[str]) -> str:
    if kind == "extra_forbidden":
        return f"The name is unknown.{suggest(str(location[-1]), names)}"
    if kind in MAPPINGS and location:
        return "It must be a mapping of names to values."
    if kind in MAPPINGS:
        return "The file must contain a mapping."
    return SENTENCES.get(kind, f"{message}.")


def list_names(*entries: type[Entry]) -> list[str]:
    """Lists the names that entries can have."""
    return sorted({name for entry in entries for name in entry.model_fields})


def get_kind(value: Any) -> str:
    return "replaced" if isinstance(value, dict) and "replaced_with" in value else "kept"


# --------------------------------------------------------------------------------------- references


def suggest(key: str, known: Iterable[str]) -> str:
    similar = find_similar(key, known)
    return f" Did you mean {' or '.join(similar)}?" if similar else ""


def find_unknown(
    place: Place, what: str, keys: list[str], known: Iterable[str]
) -> Generator[ModelProblem]:
    for number, key in enumerate(keys):
        if key not in known:
            yield ModelProblem((*place, number), explain_unknown(what, key, known))


def explain_unknown(what: str, key: str, known: Iterable[str]) -> str:
    return f"The {what} {key[:80]!r} doesn't exist.{suggest(key, known)}"
