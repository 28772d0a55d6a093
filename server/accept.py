"""The page behind the link of an invitation: it tells what it is for and where to go, and changes nothing by itself."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import orjson
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from models.errors import Refusal
from models.instance import Instance
from models.invitations import InvitationStatus
from resolvers.invitation_lists import Preview, preview
from resolvers.recipients import checked_redirect
from resolvers.tickets import TicketKind
from schema.context import Surroundings
from schema.invitations import ACCEPT_PATH

pages = Environment(
    loader=PackageLoader("server"), autoescape=select_autoescape(["html"]), undefined=StrictUndefined, auto_reload=False
)


def _script_json(text: str) -> Markup:
    """JSON inside a script: nothing in it can end the script or begin a tag."""
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))


pages.filters["script_json"] = _script_json

SENTENCES = {
    InvitationStatus.ACCEPTED: "This invitation was accepted already.",
    InvitationStatus.REVOKED: "This invitation was taken back.",
    InvitationStatus.EXPIRED: "This invitation has expired. Ask for a new one.",
    InvitationStatus.DECLINED: "This invitation was declined.",
}
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}


@dataclass(frozen=True, slots=True)
class DemoIdentity:
    """In development, somebody to accept as."""

    label: str
    authorization: str


DemoIdentities = Callable[[str], Sequence[DemoIdentity]]


def next_status(found: Preview) -> str:
    """What the application is told; a link that proves no mailbox never tells whether somebody has an account."""
    return "sign_in" if found.has_account or found.kind is TicketKind.LINK else "sign_up"


def with_ticket(url: str, ticket: str, status: str) -> str:
    """The application's page with `ticket` and `status` added to the query it has."""
    parts = urlsplit(url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), ("ticket", ticket), ("status", status)]
    return urlunsplit(parts._replace(query=urlencode(query)))


def target(found: Preview, instance: Instance, schemes: frozenset[str]) -> str | None:
    """Where the link leads on to, checked again now: an origin may have been taken off the list since."""
    try:
        redirect = checked_redirect(found.invitation.redirect_url, instance.allowed_redirect_origins, schemes)
    except Refusal:
        redirect = None
    return redirect or instance.invitation_url


def _csp(nonce: str) -> str:
    parts = (
        "default-src 'none'",
        f"style-src 'nonce-{nonce}'",
        f"script-src 'nonce-{nonce}'",
        "connect-src 'self'",
        "img-src 'self' https:",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
    return "; ".join(parts)


def _page(status: int, **values: object) -> HTMLResponse:
    nonce = secrets.token_urlsafe(16)
    html = pages.get_template("accept.html").render(nonce=nonce, **values)
    return HTMLResponse(html, status, {**HEADERS, "Content-Security-Policy": _csp(nonce)})


def _unknown() -> HTMLResponse:
    return _page(404, title="This link is not valid", invitation=None, sentence=None, config=None)


def _shown(found: Preview, surroundings: Surroundings, ticket: str, demo: Sequence[DemoIdentity]) -> HTMLResponse:
    drawn = f"{surroundings.public_url}/images/{found.organization.id}.svg"
    invitation = {
        "organization": found.organization.name,
        "image": found.organization.image_url or drawn,
        "inviter": found.inviter_name,
        "role": found.role_name,
        "address": found.invitation.email_address,
        "until": f"{found.invitation.expires_at:%d %B %Y, %H:%M} UTC",
        "next": next_status(found),
    }
    identities = [{"label": one.label, "authorization": one.authorization} for one in demo]
    config = orjson.dumps({"ticket": ticket, "identities": identities}).decode() if demo else None
    sentence = SENTENCES.get(found.status)
    return _page(200, title=f"Join {found.organization.name}", invitation=invitation, sentence=sentence, config=config)


def routes(surroundings: Surroundings, demo: DemoIdentities | None) -> list[Route]:
    async def accept(request: Request) -> Response:
        ticket = request.query_params.get("ticket", "")
        found = await preview(surroundings.store, surroundings.ticket_keys, ticket, surroundings.clock())
        if found is None:
            return _unknown()
        async with surroundings.store.read() as connection:
            instance: Instance = (await connection.execute(select(Instance))).one()  # pyright: ignore[reportAssignmentType]
        page = target(found, instance, surroundings.link_schemes)
        if page and found.status is InvitationStatus.PENDING:
            return RedirectResponse(with_ticket(page, ticket, next_status(found)), 303, HEADERS)
        pending = found.status is InvitationStatus.PENDING
        return _shown(found, surroundings, ticket, demo(found.invitation.email_address) if demo and pending else ())

    return [Route(ACCEPT_PATH, accept, methods=["GET"])]
