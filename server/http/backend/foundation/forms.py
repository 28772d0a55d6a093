"""Reads forms with files (multipart), in memory and within limits."""

import asyncio
from collections.abc import AsyncGenerator

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from models.validation.images import UPLOAD_BYTES
from server.http.backend.foundation.errors import Fault, Rejected
from server.http.backend.foundation.parameters import InputT, make_duplicate, validate
from server.http.requests import DRAINED_BYTES, bad_request

# With the parts around the file.
FORM_BYTES = UPLOAD_BYTES + 16 * 1024
FORM_SECONDS = 60


class FormParser(MultiPartParser):
    """Keeps files in memory, where they are small enough for it."""

    spool_max_size = FORM_BYTES


class FormTooLarge(MultiPartException):
    """A form of more than FORM_BYTES."""


async def read_form(request: Request, model: type[InputT]) -> InputT:
    """Reads a form into the model, in which a file is bytes."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise bad_request(415, "The Content-Type must be multipart/form-data.")
    parser = FormParser(request.headers, _limit(request))
    try:
        async with asyncio.timeout(FORM_SECONDS):
            form = await parser.parse()
    except TimeoutError as error:
        raise bad_request(408, "The form must arrive sooner.", Connection="close") from error
    except FormTooLarge as error:
        fault = Fault("image_too_large", str(error), "file")
        raise Rejected(413, fault, Connection="close") from error
    except (MultiPartException, UnicodeError) as error:
        raise bad_request(400, "The body must be a valid form.") from error
    return validate(model, *await _collect(form))


async def _collect(form: FormData) -> tuple[dict[str, str | bytes], list[Fault]]:
    """Returns the values, and a fault for each name that is there more than once."""
    given: dict[str, str | bytes] = {}
    faults: list[Fault] = []
    try:
        for name, value in form.multi_items():
            if name in given:
                faults.append(make_duplicate(name))
            given[name] = await value.read() if isinstance(value, UploadFile) else value
    finally:
        await form.close()
    return given, faults


async def _limit(request: Request) -> AsyncGenerator[bytes]:
    """Keeps reading a form that is too large for a while, as `read_body` does."""
    size = 0
    async for part in request.stream():
        size += len(part)
        if size <= FORM_BYTES:
            yield part
        elif size > DRAINED_BYTES:
            break
    if size > FORM_BYTES:
        raise FormTooLarge(f"An image can have at most {UPLOAD_BYTES // 1024 // 1024} MB.")
