"""Downloads the lists of Clerk's Backend API into a folder of JSON pages."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import orjson
from pydantic import BaseModel, TypeAdapter, ValidationError

from server.importing.clerk.folder import LISTS
from server.importing.source import SourceError
from server.settings.values import is_safe_url, parse_url

PAGE = 500
# Some servers skip no more entries than this; then, entries are asked for by their times.
DEEPEST = 10_000
# How long to wait before each further attempt, unless the server says so.
PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)
LONGEST_PAUSE = 60.0
TIMEOUT = 30.0
# Lists that older servers don't have.
OPTIONAL = {"role_sets", "organization_domains", "organization_permissions"}
# Lists that each organization has.
OF_ORGANIZATIONS = {"memberships", "invitations"}
NOT_THERE = {402, 403, 404, 501}

TOO_MANY = 429
SERVER_ERROR = 500
NOT_SUPPORTED = 501

Entry = dict[str, Any]
Params = dict[str, str]


class Counted(BaseModel):
    total_count: int


class Page(BaseModel):
    data: list[Entry]


# Some lists are bare arrays.
ANSWER = TypeAdapter[Page | list[Entry]](Page | list[Entry])
# Called with the name of a list and the number of entries that were downloaded.
Progress = Callable[[str, int], None]


class ClerkApi:
    def __init__(
        self,
        url: str,
        secret_key: str,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Raises SourceError if the key can't be sent, or not without others reading it."""
        _ensure_private(url)
        if not secret_key.isascii() or not secret_key.isprintable():
            raise SourceError("The secret key contains a character that a key can't have.")
        self._sleep = sleep
        # Until the first answer, the URL can be wrong: then, waiting is in vain.
        self._has_answered = False
        self._client = httpx.Client(
            base_url=f"{url.rstrip('/').removesuffix('/v1')}/v1",
            headers={"Authorization": f"Bearer {secret_key}"},
            timeout=TIMEOUT,
            transport=transport,
        )

    def download(self, folder: Path, progress: Progress) -> None:
        """Writes each list to `folder`; raises SourceError if the API can't be read."""
        with self._client:
            organizations: list[str] = []
            for one in LISTS.values():
                if one.name in OF_ORGANIZATIONS:
                    continue
                for page, entries in enumerate(self._read_list(one.name), 1):
                    _write_page(folder / one.name, page, entries)
                    progress(one.name, len(entries))
                    if one.name == "organizations":
                        organizations += [str(entry.get("id", "")) for entry in entries]
            for number, id in enumerate(organizations, 1):
                # By number, because an ID need not be a name of a folder.
                self._download_parts(folder, id, str(number), progress)

    def _download_parts(self, folder: Path, id: str, own: str, progress: Progress) -> None:
        for name, given in (("memberships", {}), ("invitations", {"status": "pending"})):
            pages = self._read_pages(f"organizations/{quote(id, safe='')}/{name}", given)
            for page, entries in enumerate(pages, 1):
                _write_page(folder / name / own, page, entries)
                progress(name, len(entries))

    def _read_list(self, name: str) -> Iterator[list[Entry]]:
        try:
            yield from self._read_pages(name, {})
        except _Rejected as error:
            if name not in OPTIONAL or error.status not in NOT_THERE:
                raise

    # ------------------------------------------------------------------------------------- pages

    def _read_pages(self, path: str, given: Params) -> Iterator[list[Entry]]:
        """Reads the pages of a list; by creation time if it is too long for offsets."""
        has_times = path == "users" or path.endswith("/memberships")
        if has_times and self._count(path, given) > DEEPEST:
            yield from self._read_times(path, given, 0, int(time.time() * 1_000) + 1, set())
        else:
            yield from self._read_offsets(path, given, set())

    def _read_offsets(self, path: str, given: Params, seen: set[str]) -> Iterator[list[Entry]]:
        """Reads pages without what was seen: a new entry moves others to the next page."""
        offset = 0
        while True:
            page = {**given, "limit": str(PAGE), "offset": str(offset)}
            entries = _get_entries(path, self._get(path, page))
            new = [entry for entry in entries if str(entry.get("id")) not in seen]
            seen.update(str(entry["id"]) for entry in new if "id" in entry)
            if new:
                yield new
            if len(entries) < PAGE:
                return
            offset += PAGE

    def _read_times(
        self, path: str, given: Params, start: int, end: int, seen: set[str]
    ) -> Iterator[list[Entry]]:
        """Reads what users who were created in a span of time have, in halves if it is too much.

        The halves overlap, because servers differ in whether a limit is included.
        """
        span = {**given, "created_at_after": str(start), "created_at_before": str(end)}
        number = self._count(path, span)
        if number > DEEPEST and end - start > 2:
            middle = (start + end) // 2
            yield from self._read_times(path, given, start, middle + 1, seen)
            yield from self._read_times(path, given, middle, end, seen)
        elif number:
            yield from self._read_offsets(path, span, seen)

    def _count(self, path: str, given: Params) -> int:
        if path == "users":
            answer = self._get("users/count", given)
        else:
            answer = self._get(path, {**given, "limit": "1"})
        try:
            return Counted.model_validate(answer).total_count
        except ValidationError as error:
            raise SourceError(f"{path}: the answer has no total_count.") from error

    # ---------------------------------------------------------------------------------- requests

    def _get(self, path: str, params: Params) -> Any:
        """Sends a request; waits and repeats it while the server is busy or unreachable."""
        for pause in PAUSES:
            try:
                return self._try(path, params)
            except _Busy as error:
                if not self._has_answered:
                    raise
                self._sleep(min(error.retry_after or pause, LONGEST_PAUSE))
        return self._try(path, params)

    def _try(self, path: str, params: Params) -> Any:
        try:
            response = self._client.get(path, params=params)
        except httpx.TransportError as error:
            raise _Busy(path, f"{type(error).__name__} {error}".strip()) from error
        self._has_answered = True
        if _is_passing(response.status_code):
            retry_after = response.headers.get("Retry-After", "")
            raise _Busy(path, str(response.status_code), retry_after)
        return _parse(path, response)


def _ensure_private(url: str) -> None:
    try:
        is_safe = is_safe_url(parse_url(url))
    except ValueError as error:
        raise SourceError(f"The URL of the API {error}.") from error
    if not is_safe:
        raise SourceError(
            f"{url}: use https; otherwise, others can read the secret key in transit."
        )


class _Busy(SourceError):
    def __init__(self, path: str, reason: str, retry_after: str = "") -> None:
        super().__init__(f"{path}: the API doesn't answer: {reason}.")
        self.retry_after = float(retry_after) if retry_after.isdecimal() else None


def _is_passing(status: int) -> bool:
    """Whether the same request may succeed later."""
    return status == TOO_MANY or (status >= SERVER_ERROR and status != NOT_SUPPORTED)


class _Rejected(SourceError):
    def __init__(self, path: str, response: httpx.Response) -> None:
        self.status = response.status_code
        reason = {401: "The secret key is wrong, or was revoked.", 404: "The URL is wrong."}
        default = f"The answer is {response.status_code} {response.reason_phrase}."
        super().__init__(f"{path}: {reason.get(response.status_code, default)}")


def _parse(path: str, response: httpx.Response) -> Any:
    if not response.is_success:
        raise _Rejected(path, response)
    try:
        return orjson.loads(response.content)
    except orjson.JSONDecodeError as error:
        raise SourceError(f"{path}: the answer is not JSON: {error}.") from error


def _get_entries(path: str, answer: Any) -> list[Entry]:
    try:
        page = ANSWER.validate_python(answer)
    except ValidationError as error:
        raise SourceError(f"{path}: the answer is not a list of objects.") from error
    return page.data if isinstance(page, Page) else page


def _write_page(folder: Path, page: int, entries: list[Entry]) -> None:
    """Writes one entry a line, so that the report can name the line."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = b",\n".join(orjson.dumps(entry) for entry in entries)
    (folder / f"{page}.json").write_bytes(b"[" + lines + b"]\n")
