"""The page behind the link of an invitation: it tells what
it is for and where to go, and changes nothing by itself.
"""

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

from models.errors import InputError, Unavailable
from models.instance import Instance
from models.invitations import InvitationStatus
from models.validation.text import CONTROLS, check_url
from resolvers.invitations.preview import Preview, load_preview
from resolvers.invitations.tickets import TicketKind
from resolvers.invitations.validation import check_redirect_url
from schema.foundation.context import ServerContext
from schema.invitations.types import ACCEPT_PATH
from server.http.graphiql import script_json


def _without_controls(value: object) -> object:
    """What a template shows: text that is stored from
    before it was checked can't reorder the page.
    """
    return (
        CONTROLS.sub("", value)
        if isinstance(value, str) and not isinstance(value, Markup)
        else value
    )


pages = Environment(
    loader=PackageLoader("server.http"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    auto_reload=False,
    finalize=_without_controls,
)
pages.filters["script_json"] = lambda value: Markup(script_json(value))

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


# What an application's page is told in its query.
ADDED = {"ticket", "status"}
DemoIdentities = Callable[[str], Sequence[DemoIdentity]]


def get_next_status(found: Preview) -> str:
    """What the application is told; a link that proves no
    mailbox never tells whether somebody has an account.
    """
    return "sign_in" if found.has_account or found.kind is TicketKind.LINK else "sign_up"


def add_ticket(url: str, ticket: str, status: str) -> str:
    """The application's page with `ticket` and `status`
    added to the query it has, or put in their place.
    """
    parts = urlsplit(url)
    kept = [
        one
        for one in parts.query.split("&")
        if one and unquote_plus(one.partition("=")[0]) not in {"ticket", "status"}
    ]
    return urlunsplit(
        parts._replace(query="&".join([*kept, urlencode({"ticket": ticket, "status": status})]))
    )


def choose_redirect(found: Preview, instance: Instance, schemes: frozenset[str]) -> str | None:
    """Where the link leads on to, checked again now:
    an origin may have been taken off the list since.
    """
    with suppress(InputError):
        redirect = check_redirect_url(
            found.invitation.redirect_url, instance.allowed_redirect_origins, schemes
        )
        if redirect:
            return redirect
    with suppress(InputError):
        return (
            check_url(instance.invitation_url, schemes=schemes) if instance.invitation_url else None
        )
    return None


def _csp(nonce: str) -> str:
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


def _page(status: int, **values: object) -> HTMLResponse:
    nonce = secrets.token_urlsafe(16)
    html = pages.get_template("invitation_page.html").render(nonce=nonce, **values)
    return HTMLResponse(html, status, {**HEADERS, "Content-Security-Policy": _csp(nonce)})


def _notice(status: int, title: str, *sentences: str) -> HTMLResponse:
    return _page(status, title=title, sentences=sentences, invitation=None, config=None)


def _unknown() -> HTMLResponse:
    return _notice(
        404,
        "This link is not valid",
        "It may have been sent again since, in a newer mail, or it was not copied whole.",
        "Ask who invited you for a new invitation.",
    )


def _shown(found: Preview, ticket: str, demo: Sequence[DemoIdentity]) -> HTMLResponse:
    invitation = {
        "organization": found.organization.name,
        "image": found.organization.image_url or f"../images/{found.organization.id}.svg",
        "inviter": found.inviter_name,
        "role": found.role_name,
        "address": found.invitation.email_address,
        "until": f"{found.invitation.expires_at:%d %B %Y, %H:%M} UTC",
        "next": get_next_status(found),
    }
    identities = [{"label": one.label, "authorization": one.authorization} for one in demo]
    config = {"ticket": ticket, "identities": identities} if demo else None
    sentences = [SENTENCES[found.status]] if found.status in SENTENCES else []
    title = f"Join {found.organization.name}"
    return _page(200, title=title, invitation=invitation, sentences=sentences, config=config)


async def _answer(
    surroundings: ServerContext, ticket: str, demo: DemoIdentities | None
) -> Response:
    found = await load_preview(
        surroundings.store, surroundings.ticket_keys, ticket, surroundings.clock()
    )
    if found is None:
        return _unknown()
    if found.status is not InvitationStatus.PENDING:
        return _shown(found, ticket, ())
    async with surroundings.store.read() as connection:
        instance: Instance = (await connection.execute(select(Instance))).one()  # pyright: ignore[reportAssignmentType]
    page = choose_redirect(found, instance, surroundings.link_schemes)
    if page:
        return RedirectResponse(add_ticket(page, ticket, get_next_status(found)), 303, HEADERS)
    return _shown(found, ticket, demo(found.invitation.email_address) if demo else ())


def routes(surroundings: ServerContext, demo: DemoIdentities | None) -> list[Route]:
    async def accept(request: Request) -> Response:
        try:
            return await _answer(surroundings, request.query_params.get("ticket", ""), demo)
        except Unavailable:
            return _notice(
                503, "Try again in a moment", "The invitation can't be looked up just now."
            )

    return [Route(ACCEPT_PATH, accept, methods=["GET"])]
