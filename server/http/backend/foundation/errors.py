"""Errors of the Backend API: which status and which body an error becomes."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import structlog
from starlette.responses import Response
from ulid import ULID

from models.base import JSONObject
from models.errors.input import InputError, InputErrors
from models.errors.request import (
    BadUserInput,
    Forbidden,
    LimitExceeded,
    NotFound,
    RateLimited,
    RequestError,
    Unauthenticated,
    Unavailable,
)
from schema.foundation.errors import INTERNAL_SENTENCE, shorten
from server.http.graphql.responses import INVALID_TOKEN
from server.http.requests import JSON, HttpError
from server.identity.tokens import InvalidCredential
from server.observability.records import get_record

# The statuses of user errors; all others are 422.
STATUSES: Mapping[str, int] = {
    "already_a_member_in_organization": 400,
    "bulk_size_exceeded": 400,
    "duplicate_record": 400,
    "insufficient_seats": 402,
    "invalid_action_for_session": 400,
    "organization_creator_not_found": 400,
    "organization_domain_quota_exceeded": 403,
    "organization_instance_roles_quota_exceeded": 403,
    "organization_invitation_not_pending": 404,
    "organization_invitation_not_unique": 400,
    "organization_membership_quota_exceeded": 403,
    "organization_minimum_permissions_needed": 400,
    "organization_role_permission_association_exists": 409,
    "organization_system_permission_not_modifiable": 403,
    "quota_exceeded": 403,
    "resource_not_found": 404,
}
# The codes of requests whose body can't be read.
BODY_CODES: Mapping[int, str] = {
    408: "request_timeout",
    413: "request_body_too_large",
    415: "unsupported_content_type",
}
# The parameters that have another name in GraphQL.
PARAMETERS: Mapping[str, str] = {"role_set": "role_set_key", "data": "file"}
CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")

log = structlog.stdlib.get_logger("tenantry.backend_api")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a request; `parameter` names the wrong value."""

    code: str
    message: str
    parameter: str | None = None
    meta: JSONObject = field(default_factory=dict[str, Any])

    def to_json(self) -> JSONObject:
        name = {"param_name": self.parameter} if self.parameter else {}
        message = shorten(self.message)
        return {
            "code": self.code,
            "message": message,
            "long_message": message,
            "meta": self.meta | name,
        }


class Rejected(Exception):
    """Rejects a request for these faults, before any operation runs."""

    def __init__(self, status: int, *faults: Fault, **headers: str) -> None:
        super().__init__("; ".join(fault.message for fault in faults))
        self.status = status
        self.faults = faults
        self.headers = headers


def to_parameter(path: Sequence[str] | None) -> str | None:
    """Converts the path of an input in GraphQL, such as `input` and `emailAddress`."""
    if not path:
        return None
    name = CAPITAL.sub("_", path[-1]).lower()
    return PARAMETERS.get(name, name)


def _to_fault(error: InputError) -> Fault:
    return Fault(error.code, error.message, to_parameter(error.field), error.meta or {})


def _reject_inputs(errors: Sequence[InputError]) -> Rejected:
    """Several errors share a status only if each of them alone has it."""
    statuses = {STATUSES.get(error.code, 422) for error in errors}
    status = statuses.pop() if len(statuses) == 1 else 422
    return Rejected(status, *map(_to_fault, errors))


def _reject_http(error: HttpError) -> Rejected:
    code = BODY_CODES.get(error.status, "request_body_invalid")
    return Rejected(error.status, Fault(code, str(error)), **error.headers)


def _reject_request(error: RequestError) -> Rejected:
    """Converts what GraphQL reports as a top-level error."""
    extensions, sentence = error.extensions, str(error)
    match error:
        case Forbidden():
            code = str(extensions.get("reason") or "authorization_invalid")
            meta = {name: value for name, value in extensions.items() if name != "reason"}
            return Rejected(403, Fault(code, sentence, meta=meta))
        case NotFound():
            return Rejected(404, Fault("resource_not_found", "The organization doesn't exist."))
        case RateLimited():
            pause = {"Retry-After": str(extensions["retryAfter"])}
            return Rejected(429, Fault("too_many_requests", sentence), **pause)
        case Unavailable():
            pause = {"Retry-After": str(extensions.get("retryAfter", 1))}
            return Rejected(503, Fault("service_unavailable", sentence), **pause)
        case LimitExceeded() | BadUserInput():
            return Rejected(422, Fault("form_param_value_invalid", sentence))
        case _ if error.code == "NOT_FOUND":
            return Rejected(404, Fault("resource_not_found", sentence))
        case _:
            return Rejected(422, Fault(error.code.lower(), sentence))


def _to_rejected(error: Exception) -> Rejected:
    match error:
        case Rejected():
            return error
        case InputError():
            return _reject_inputs([error])
        case InputErrors():
            return _reject_inputs(error.errors)
        case RequestError():
            return _reject_request(error)
        case HttpError():
            return _reject_http(error)
        case InvalidCredential():
            sentence = f"The secret key is invalid: {error}."
            return Rejected(401, Fault("clerk_key_invalid", sentence), **INVALID_TOKEN)
        case _:
            trouble = f"err_{str(ULID()).lower()}"
            log.error("internal error", id=trouble, exc_info=error)
            sentence = INTERNAL_SENTENCE.replace("extensions", "meta")
            return Rejected(500, Fault("internal_clerk_error", sentence, meta={"id": trouble}))


def make_error_response(error: Exception) -> Response:
    """Makes the response to a request that failed; unexpected errors are logged."""
    rejected, record = _to_rejected(error), get_record()
    _count(error, [fault.code for fault in rejected.faults])
    body = {
        "errors": [fault.to_json() for fault in rejected.faults],
        "clerk_trace_id": record.request_id,
    }
    return Response(orjson.dumps(body), rejected.status, rejected.headers, JSON)


def _count(error: Exception, codes: Iterable[str]) -> None:
    """Notes the codes for the log and the metrics, under the names that GraphQL has for them."""
    record = get_record()
    match error:
        case InputError() | InputErrors() | Rejected():
            record.user_error_codes.update(codes)
        case RequestError():
            record.error_codes.add(error.code)
        case HttpError():
            record.error_codes.add(error.error.code)
        case InvalidCredential():
            record.error_codes.add(Unauthenticated.code)
        case _:
            record.error_codes.add("INTERNAL")
