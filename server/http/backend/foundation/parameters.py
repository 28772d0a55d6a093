"""Reads the parameters of a request into the model that its endpoint declares.

All faults are reported together, up to a maximum. Unknown parameters, and those that a query or a
form repeats, are faults, so that nothing is ignored that a client believes it has set.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain, islice
from typing import Annotated, Any, TypeVar, get_origin

import orjson
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
)
from pydantic_core import ErrorDetails
from starlette.requests import Request

from models.base import JSONObject
from models.validation.json_objects import check_json_object
from schema.execution.arguments import FILTER_VALUES, QUERY_LENGTH, TEXT_LENGTH
from schema.foundation.errors import MAXIMUM_ERRORS
from server.http.backend.foundation.errors import Fault, Rejected
from server.http.requests import bad_request, ensure_exact, read_body

InputT = TypeVar("InputT", bound=BaseModel)


def _cut_to_milliseconds(moment: datetime) -> datetime:
    try:
        moment = moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("The time is out of range.") from error
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _check_metadata(value: Any) -> JSONObject | None:
    return None if value is None else check_json_object(value)


Search = Annotated[str, Field(max_length=QUERY_LENGTH)]
# The values of a parameter that can be repeated.
Texts = Annotated[tuple[str, ...], Field(max_length=FILTER_VALUES)]
# In RFC 3339, or in milliseconds.
Moment = Annotated[AwareDatetime, Field(strict=False), AfterValidator(_cut_to_milliseconds)]
# Kept as it is, unlike other texts, which are trimmed.
Metadata = Annotated[JSONObject | None, PlainValidator(_check_metadata)]


class Query(BaseModel):
    """The parameters in the query of a URL, which are all texts."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, str_max_length=TEXT_LENGTH
    )


class Body(BaseModel):
    """The parameters in a JSON body."""

    model_config = Query.model_config | ConfigDict(strict=True)

    def get_given(self, *names: str) -> dict[str, Any]:
        """Returns those of the parameters that the client gave, null included."""
        return {name: getattr(self, name) for name in names if name in self.model_fields_set}


class MetadataChanges(Body):
    public_metadata: Metadata = None
    private_metadata: Metadata = None


class NoQuery(Query):
    """Of an endpoint that reads without parameters."""


class NoBody(Body):
    """Of an endpoint that changes something without parameters."""


async def read_query(request: Request, model: type[InputT]) -> InputT:
    """Reads the query; only a parameter that is a tuple can be repeated."""
    given: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        given.setdefault(name, []).append(value)
    repeatable = {
        name for name, info in model.model_fields.items() if get_origin(info.annotation) is tuple
    }
    repeated = [name for name, values in given.items() if len(values) > 1]
    faults = [make_duplicate(name) for name in repeated if name not in repeatable]
    faults += [
        Fault("form_param_format_invalid", f"{name[:80]} must not contain NUL.", name[:80])
        for name, texts in given.items()
        if any("\0" in text for text in texts)
    ]
    values = {name: each if name in repeatable else each[0] for name, each in given.items()}
    return validate(model, values, faults)


async def read_json(request: Request, model: type[InputT]) -> InputT:
    """Reads the JSON body; an empty one stands for an empty object."""
    faults = [_make_unknown(name) for name in request.query_params]
    headers = request.headers
    is_empty = headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers
    body = b"" if is_empty else await read_body(request)
    try:
        values: Any = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError as error:
        raise bad_request(400, "The body must be valid JSON.") from error
    ensure_exact(body)
    return validate(model, values, faults)


def validate(model: type[InputT], values: object, faults: Sequence[Fault]) -> InputT:
    try:
        validated = model.model_validate(values)
    except ValidationError as error:
        found = map(_to_fault, error.errors(include_url=False))
        raise Rejected(422, *islice(chain(faults, found), MAXIMUM_ERRORS)) from error
    if faults:
        raise Rejected(422, *faults[:MAXIMUM_ERRORS])
    return validated


def make_duplicate(name: str) -> Fault:
    name = name[:80]
    return Fault("form_param_duplicate", f"{name} must be given once.", name)


def _make_unknown(name: str) -> Fault:
    name = name[:80]
    return Fault("form_param_unknown", f"{name} is not a parameter of this endpoint.", name)


# The code and the sentence of each type of error that pydantic finds; the limits are filled in.
FAULTS: Mapping[str, tuple[str, str]] = {
    "missing": ("form_param_missing", "must be given"),
    "string_too_long": ("form_param_max_length_exceeded", "must have at most {max_length} letters"),
    "string_too_short": ("form_param_min_length_exceeded", "must not be empty"),
    "too_long": ("form_param_array_size_exceeded", "must have at most {max_length} values"),
    "too_short": ("form_param_missing", "must have at least {min_length} values"),
    "less_than_equal": ("form_param_value_too_large", "must be at most {le}"),
    "greater_than_equal": ("form_param_value_invalid", "must be at least {ge}"),
    "literal_error": ("form_param_value_invalid", "must be {expected}"),
    "string_type": ("form_param_type_invalid", "must be a string"),
    "int_type": ("form_param_type_invalid", "must be a whole number"),
    "int_parsing": ("form_param_type_invalid", "must be a whole number"),
    "int_parsing_size": ("form_param_value_too_large", "must be a smaller number"),
    "bool_type": ("form_param_type_invalid", "must be true or false"),
    "bool_parsing": ("form_param_type_invalid", "must be true or false"),
    "bytes_type": ("form_param_type_invalid", "must be a file"),
    "list_type": ("form_param_type_invalid", "must be a list"),
    "dict_type": ("form_param_type_invalid", "must be an object"),
    "model_type": ("form_param_type_invalid", "must be an object"),
    "model_attributes_type": ("form_param_type_invalid", "must be an object"),
}


def _to_fault(error: ErrorDetails) -> Fault:
    # Only within a list of objects, it matters where a parameter is.
    place = error["loc"][:1] if isinstance(next(iter(error["loc"]), 0), str) else error["loc"]
    name = ".".join(map(str, place)) or "The body"
    parameter = name if place else None
    if error["type"] == "extra_forbidden":
        return _make_unknown(name)
    if error["input"] is None and error["type"].endswith("_type"):
        return Fault("form_param_nil", f"{name} must not be null.", parameter)
    context = error.get("ctx", {})
    if error["type"] == "value_error":
        return Fault("form_param_value_invalid", f"{name}: {context['error']}", parameter)
    code, sentence = FAULTS.get(error["type"], ("form_param_format_invalid", "has a wrong format"))
    return Fault(code, f"{name} {sentence.format(**context)}.", parameter)
