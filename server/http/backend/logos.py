"""Logos of organizations of the Backend API."""

from functools import partial

from models.base import JSONObject
from models.keys.scopes import KeyScope
from models.organizations import Organization
from models.validation.images import CleanImage, scale_image
from resolvers.organizations.logos import set_logo
from schema.organizations.logo import decode
from server.http.backend.foundation.endpoints import Call, Endpoint
from server.http.backend.foundation.forms import read_form
from server.http.backend.foundation.ids import find_organization_id
from server.http.backend.foundation.parameters import Body, NoBody
from server.http.backend.foundation.shapes import show_organizations
from server.http.backend.organizations import ONE as ORGANIZATION

WRITE = KeyScope.ORGANIZATIONS_WRITE


class NewLogo(Body):
    file: bytes
    # Who has chosen it; the log names the secret key.
    uploader_user_id: str | None = None


async def _set(call: Call, image: CleanImage | None) -> JSONObject:
    organization_id = await find_organization_id(call)
    row: Organization = await call.change(
        partial(set_logo, organization_id=organization_id, image=image)
    )
    (shown,) = await show_organizations(call, [row])
    return shown


async def update_logo(call: Call, form: NewLogo) -> JSONObject:
    return await _set(call, await decode(partial(scale_image, form.file)))


async def delete_logo(call: Call, body: NoBody) -> JSONObject:
    return await _set(call, None)


LOGO = f"{ORGANIZATION}/logo"
ENDPOINTS = [
    Endpoint("PUT", LOGO, WRITE, update_logo, NewLogo, read=read_form),
    Endpoint("DELETE", LOGO, WRITE, delete_logo, NoBody),
]
