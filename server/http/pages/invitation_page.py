"""The page that the link of an invitation opens; opening it changes nothing."""

import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import unquote_plus, urlencode, urlsplit, urlunsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from models.errors.input import InputError
from models.errors.request import Unavailable
from models.instance import Instance
from models.invitations import InvitationStatus
from models.validation.text import CONTROLS, check_url
from resolvers.foundation.server import Server
from resolvers.invitations.preview import Preview, load_preview
from resolvers.invitations.tickets import ACCEPT_PATH, TicketKind
from resolvers.invitations.validation import check_redirect_url
from server.http.pages.graphiql import script_json


def remove_controls(value: object) -> object:
    """Removes control characters, which text has that was stored before it was checked."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return CONTROLS.sub("", value)
    return value


pages = Environment(
    loader=PackageLoader("server.http"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    auto_reload=False,
    finalize=remove_controls,
)
pages.filters["script_json"] = lambda value: Markup(script_json(value))

SENTENCES = {
    InvitationStatus.ACCEPTED: "This invitation was already accepted.",
    InvitationStatus.REVOKED: "This invitation was revoked.",
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
    """A user that an invitation can be accepted as, in development."""

    label: str
    authorization: str


DemoIdentities = Callable[[str], Sequence[DemoIdentity]]


def get_next_status(preview: Preview) -> str:
    """Returns the `status` for the application's page.

    A link that does not verify the mailbox must not reveal whether its user has an account.
    """
    return "sign_in" if preview.has_account or preview.kind is TicketKind.LINK else "sign_up"


def add_ticket(url: str, ticket: str, status: str) -> str:
    """Adds `ticket` and `status` to the query of a URL, in place of any that it has."""
    parts = urlsplit(url)
    added = {"ticket": ticket, "status": status}
    parameters = [
        parameter
        for parameter in parts.query.split("&")
        if parameter and unquote_plus(parameter.partition("=")[0]) not in added
    ]
    return urlunsplit(parts._replace(query="&".join([*parameters, urlencode(added)])))


def choose_redirect(preview: Preview, instance: Instance, schemes: frozenset[str]) -> str | None:
    """Returns the application's page, checked again: its origin may be allowed no longer."""
    with suppress(InputError):
        redirect = check_redirect_url(
            preview.invitation.redirect_url, instance.allowed_redirect_origins, schemes
        )
        if redirect:
            return redirect
    with suppress(InputError):
        if instance.invitation_url:
            return check_url(instance.invitation_url, schemes=schemes)
    return None


def _make_csp(nonce: str) -> str:
    parts = (
        "default-src 'none'",
        f"style-src 'nonce-{nonce}'",
        f"script-src 'nonce-{nonce}'",
        "connect-src 'self'",
        "img-src 'self' https: data:",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
    return "; ".join(parts)


def _render(status: int, **values: object) -> HTMLResponse:
    nonce = secrets.token_urlsafe(16)
    html = pages.get_template("invitation_page.html").render(nonce=nonce, **values)
    return HTMLResponse(html, status, {**HEADERS, "Content-Security-Policy": _make_csp(nonce)})


def _render_notice(status: int, title: str, *sentences: str) -> HTMLResponse:
    return _render(status, title=title, sentences=sentences, invitation=None, config=None)


def _render_preview(preview: Preview, ticket: str, demo: Sequence[DemoIdentity]) -> HTMLResponse:
    invitation = {
        "organization": preview.organization.name,
        "image": preview.organization.image_url or f"../images/{preview.organization.id}.svg",
        "product": preview.product,
        "inviter": preview.inviter_name,
        "role": preview.role_name,
        "address": preview.invitation.email_address,
        "until": f"{preview.invitation.expires_at:%d %B %Y, %H:%M} UTC",
        "next": get_next_status(preview),
    }
    identities = [
        {"label": identity.label, "authorization": identity.authorization} for identity in demo
    ]
    config = {"ticket": ticket, "identities": identities} if demo else None
    sentences = [SENTENCES[preview.status]] if preview.status in SENTENCES else []
    title = f"Join {preview.organization.name}"
    return _render(200, title=title, invitation=invitation, sentences=sentences, config=config)


async def _answer(server: Server, ticket: str, demo: DemoIdentities | None) -> Response:
    preview = await load_preview(server.store, server.ticket_keys, ticket, server.clock())
    if preview is None:
        return _render_notice(
            404,
            "This link is not valid",
            "A newer email may contain a new link, or the link may not have been copied"
            " completely.",
            "Otherwise, ask the person who invited you for a new invitation.",
        )
    if preview.status is not InvitationStatus.PENDING:
        return _render_preview(preview, ticket, ())
    async with server.store.read() as connection:
        instance: Instance = (await connection.execute(select(Instance))).one()  # pyright: ignore[reportAssignmentType]
    page = choose_redirect(preview, instance, server.link_schemes)
    if page:
        return RedirectResponse(add_ticket(page, ticket, get_next_status(preview)), 303, HEADERS)
    return _render_preview(preview, ticket, demo(preview.invitation.email_address) if demo else ())


def routes(server: Server, demo: DemoIdentities | None) -> list[Route]:
    async def accept(request: Request) -> Response:
        try:
            return await _answer(server, request.query_params.get("ticket", ""), demo)
        except Unavailable:
            return _render_notice(
                503, "Try again in a moment", "The invitation can't be loaded right now."
            )

    return [Route(ACCEPT_PATH, accept, methods=["GET"])]
