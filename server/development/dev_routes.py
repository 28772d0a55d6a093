"""The routes under `/dev`, for the server's own pages: tokens, its secret key, and its email."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from heapq import nlargest
from pathlib import Path

import orjson
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from models.errors.input import FormatInvalid
from server.development.issuer import DevelopmentIssuer
from server.http.graphql.responses import make_error_response
from server.http.requests import JSON, bad_request, parse_accept, read_body

# The most emails that are shown, newest first.
SHOWN = 100
HEADERS = {
    "Cache-Control": "no-store",
    # The messages are frames inside of this page, and have its policy.
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "style-src 'unsafe-inline'",
            "frame-src 'self'",
            # An empty icon, so that browsers don't request one.
            "img-src data:",
            "form-action 'none'",
            "frame-ancestors 'self'",
            "base-uri 'none'",
        )
    ),
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept",
    "X-Frame-Options": "SAMEORIGIN",
}

templates = Environment(
    loader=PackageLoader("server.development"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    auto_reload=False,
)


@dataclass(frozen=True, slots=True)
class WrittenEmail:
    """An email in the outbox."""

    id: str
    to: str
    sender: str
    subject: str
    date: str
    text: str
    html: str


def check_origin(request: Request) -> None:
    """Raises HttpError if a page of another site sends the request.

    That includes the pages of TENANTRY_ALLOWED_ORIGINS. The middleware checks the Host header, so
    no other name leads here.
    """
    own = f"{request.url.scheme}://{request.headers.get('host', '')}"
    origin = request.headers.get("origin", own)
    if origin != own:
        raise bad_request(403, f"Only pages of {own} can use this URL, and not those of {origin}.")


def read_outbox(folder: Path) -> list[WrittenEmail]:
    """Reads the newest emails, newest first."""
    newest = nlargest(SHOWN, _list_files(folder))
    return [email for _, path in newest for email in _read_email(path)]


def _list_files(folder: Path) -> Iterator[tuple[int, Path]]:
    for path in folder.glob("*.eml"):
        # Somebody can delete files at any time.
        with suppress(FileNotFoundError):
            yield path.stat().st_mtime_ns, path


def _read_email(path: Path) -> Iterator[WrittenEmail]:
    with suppress(FileNotFoundError):
        message = BytesParser(EmailMessage, policy=default).parsebytes(path.read_bytes())
        headers = {name: str(message[name] or "") for name in ("To", "From", "Subject", "Date")}
        yield WrittenEmail(
            id=path.stem,
            to=headers["To"],
            sender=headers["From"],
            subject=headers["Subject"],
            date=headers["Date"],
            text=_read_part(message, "plain"),
            html=_read_part(message, "html"),
        )


def _read_part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return part.get_content() if part else ""


async def _make_token(request: Request, issuer: DevelopmentIssuer) -> Response:
    check_origin(request)
    try:
        body = orjson.loads(await read_body(request))
    except orjson.JSONDecodeError as error:
        raise bad_request(400, "The body must be valid JSON.") from error
    email = body.get("email") if isinstance(body, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    if not isinstance(email, str):
        raise bad_request(400, 'The body must be an object with an email address in "email".')
    try:
        token = issuer.token(email)
    except FormatInvalid as error:
        raise bad_request(400, f"The email address is not valid: {error}") from error
    return Response(orjson.dumps({"token": token}), media_type=JSON)


async def _show_secret_key(request: Request, key: str) -> Response:
    check_origin(request)
    json = orjson.dumps({"secretKey": key})
    return Response(json, media_type=JSON, headers={"Cache-Control": "no-store"})


async def _show_outbox(request: Request, folder: Path) -> Response:
    check_origin(request)
    emails = await asyncio.to_thread(read_outbox, folder)
    accepted = parse_accept(request.headers.get("accept", "*/*"))
    if accepted.get(JSON, 0.0) > accepted.get("text/html", 0.0):
        json = orjson.dumps({"emails": [asdict(email) for email in emails]})
        return Response(json, media_type=JSON, headers=HEADERS)
    html = templates.get_template("outbox.html").render(emails=emails, folder=folder)
    return HTMLResponse(html, headers=HEADERS)


def routes(issuer: DevelopmentIssuer, key: str, outbox: Path) -> list[Route]:
    async def make_token(request: Request) -> Response:
        try:
            return await _make_token(request, issuer)
        except Exception as error:
            return make_error_response(error)

    async def show_secret_key(request: Request) -> Response:
        try:
            return await _show_secret_key(request, key)
        except Exception as error:
            return make_error_response(error)

    async def show_outbox(request: Request) -> Response:
        try:
            return await _show_outbox(request, outbox)
        except Exception as error:
            return make_error_response(error)

    return [
        Route("/dev/identity-token", make_token, methods=["POST"]),
        # POST, so that browsers send the origin of the page.
        Route("/dev/secret-key", show_secret_key, methods=["POST"]),
        Route("/dev/outbox", show_outbox, methods=["GET"]),
    ]
