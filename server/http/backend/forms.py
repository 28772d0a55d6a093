"""Reads forms with files (multipart), in memory and within limits."""

import asyncio
from collections.abc import AsyncGenerator

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from models.validation.images import UPLOAD_BYTES
from server.http.backend.errors import Fault, Rejected
from server.http.backend.parameters import InputT, make_duplicate, validate
from server.http.requests import bad_request

# With the parts around the file.
FORM_BYTES = UPLOAD_BYTES + 16 * 1024
FORM_SECONDS = 60


class FormParser(MultiPartParser):
    """Keeps files in memory, where they are small enough for it."""

    spool_max_size = FORM_BYTES


async def read_form(request: Request, model: type[InputT]) -> InputT:
    """Reads a form into the model, in which a file is bytes."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise bad_request(415, "The Content-Type must be multipart/form-data.")
    given: dict[str, list[str | bytes]] = {}
    try:
        async with asyncio.timeout(FORM_SECONDS):
            async with await _make_parser(request).parse() as form:
                for name, value in form.multi_items():
                    part = await value.read() if isinstance(value, UploadFile) else value
                    given.setdefault(name, []).append(part)
    except TimeoutError as error:
        raise bad_request(408, "The form must arrive sooner.", Connection="close") from error
    except (MultiPartException, KeyError, UnicodeDecodeError) as error:
        raise bad_request(400, "The body must be a valid form.") from error
    faults = [make_duplicate(name) for name, parts in given.items() if len(parts) > 1]
    return validate(model, {name: parts[0] for name, parts in given.items()}, faults)


def _make_parser(request: Request) -> FormParser:
    headers: Headers = request.headers
    return FormParser(headers, _limit(request), max_files=1, max_fields=10)


async def _limit(request: Request) -> AsyncGenerator[bytes]:
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > FORM_BYTES:
            limit = UPLOAD_BYTES // 1024 // 1024
            fault = Fault("image_too_large", f"An image can have at most {limit} MB.", "file")
            raise Rejected(413, fault, Connection="close")
        yield part
