"""Uploaded logos: what is accepted, what is left of a file, and how it is served."""

import struct
import zlib
from asyncio import gather
from base64 import b64encode
from collections.abc import Awaitable, Callable
from io import BytesIO
from itertools import product
from random import Random
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from sqlalchemy import select

from models.database.tables import metadata
from models.validation.images import MAXIMUM_BYTES
from tests.conftest import counted
from tests.support.api import JSON, SERVICE, Answer, Api, Caller, contents, events
from tests.support.data.factories import Acme, an_organization
from tests.support.data.images import encode
from tests.support.http import ONLY_SQLITE
from tests.support.servers.smtp import cleanup

ORGANIZATION = "organization { id imageUrl hasImage }"
TABLE = metadata.tables["image"]
SCRIPT = b"<script>alert(document.domain)</script>"
RED, BLUE = (255, 220, 200), (5, 10, 60)
# Where EXIF data says that a photograph was taken.
GPS, ORIENTATION = 0x8825, 0x0112


def picture(width: int = 8, height: int = 4, mode: str = "RGB") -> Image.Image:
    """A picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", (width, height), BLUE)
    image.paste(RED, (0, 0, width // 2, height))
    return image.convert(mode)


PNG = encode(picture())


async def set_logo(
    api: Api, organization_id: str, data: bytes | str | None, *, by: Caller, **input: Any
) -> Answer:
    text = b64encode(data).decode() if isinstance(data, bytes) else data
    values = {"organizationId": organization_id, "data": text, **input}
    return await api.mutate("setOrganizationLogo", values, ORGANIZATION, by=by)


async def stored_logo(api: Api, acme: Acme, data: bytes, **input: Any) -> bytes:
    """Sets the logo, and returns what the server shows."""
    answer = await set_logo(api, acme.id, data, by=acme.admin, **input)
    shown = await api.client.get(answer.payload["organization"]["imageUrl"])
    assert shown.status_code == 200
    return shown.content


def read(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


async def image_of(api: Api, acme: Acme) -> JSON:
    document = f'{{ organization(by: {{ id: "{acme.id}" }}) {{ imageUrl hasImage }} }}'
    return (await api.run(document, by=acme.admin)).data["organization"]


async def names(api: Api) -> list[str]:
    async with api.store.read() as connection:
        return list((await connection.execute(select(TABLE.c.name))).scalars())


# ----------------------------------------------------------------------------------------- accepted


@pytest.mark.parametrize(
    ("format", "mode", "declared", "served"),
    [
        ("PNG", "RGB", "PNG", "image/png"),
        ("PNG", "RGBA", None, "image/png"),
        ("PNG", "P", "PNG", "image/png"),
        ("PNG", "1", "PNG", "image/png"),
        ("PNG", "LA", "PNG", "image/png"),
        ("JPEG", "RGB", "JPEG", "image/jpeg"),
        ("JPEG", "L", "JPEG", "image/jpeg"),
        ("JPEG", "CMYK", "JPEG", "image/jpeg"),
        ("WEBP", "RGB", "WEBP", "image/webp"),
        ("WEBP", "RGBA", "WEBP", "image/webp"),
        ("GIF", "P", "GIF", "image/png"),
    ],
)
async def test_a_logo_is_stored_and_shown(
    api: Api, acme: Acme, format: str, mode: str, declared: str | None, served: str
) -> None:
    data = encode(picture(mode=mode), format)

    answer = await set_logo(api, acme.id, data, by=acme.admin, contentType=declared)
    organization = answer.payload["organization"]
    shown = await api.client.get(organization["imageUrl"])

    assert organization["hasImage"]
    assert organization["imageUrl"].startswith("http://127.0.0.1:8000/images/")
    assert (shown.status_code, shown.headers["content-type"]) == (200, served)
    image = read(shown.content)
    assert image.size == (8, 4)
    # Not every browser shows CMYK.
    assert image.mode != "CMYK"
    left = image.convert("L").getpixel((0, 0))
    right = image.convert("L").getpixel((7, 0))
    assert left != right
    assert await image_of(api, acme) == {key: organization[key] for key in ("imageUrl", "hasImage")}


async def test_the_largest_logo_fits_into_a_request(api: Api, acme: Acme) -> None:
    noise = Image.effect_noise((1024, 1024), 20)
    quality = next(
        quality
        for quality in range(60, 0, -1)
        if len(encode(noise, "JPEG", quality=quality)) <= MAXIMUM_BYTES
    )
    data = encode(noise, "JPEG", quality=quality)
    padded = data + b"\0" * (MAXIMUM_BYTES - len(data))

    shown = await stored_logo(api, acme, padded)

    assert read(shown).size == (1024, 1024)
    assert len(shown) <= MAXIMUM_BYTES


async def test_an_uploaded_logo_is_served_for_ever_and_runs_nothing(api: Api, acme: Acme) -> None:
    answer = await set_logo(api, acme.id, PNG, by=acme.admin)

    shown = await api.client.get(
        answer.payload["organization"]["imageUrl"], headers={"origin": "https://evil.example"}
    )

    assert {
        name: shown.headers[name]
        for name in (
            "cache-control",
            "content-security-policy",
            "x-content-type-options",
            "access-control-allow-origin",
        )
    } == {
        "cache-control": "public, max-age=31536000, immutable",
        "content-security-policy": "sandbox; default-src 'none'",
        "x-content-type-options": "nosniff",
        "access-control-allow-origin": "*",
    }


@pytest.mark.parametrize("name", ["x.png", f"{'0' * 64}.png", f"{'0' * 64}.svgz", "..%2Fx", ""])
async def test_an_image_that_does_not_exist_is_not_found(api: Api, name: str) -> None:
    assert (await api.client.get(f"/images/{name}")).status_code == 404


async def test_the_invited_person_sees_the_logo(api: Api, acme: Acme) -> None:
    await set_logo(api, acme.id, PNG, by=acme.admin)
    await api.mutate(
        "createInvitation",
        {"organizationId": acme.id, "emailAddress": acme.outsider.email},
        by=acme.admin,
    )

    document = "{ viewer { invitations { nodes { publicOrganization { imageUrl hasImage } } } } }"
    answer = await api.run(document, by=acme.outsider)

    (node,) = answer.data["viewer"]["invitations"]["nodes"]
    assert node["publicOrganization"] == await image_of(api, acme)
    assert node["publicOrganization"]["hasImage"]


# ------------------------------------------------------------------------------ what is left of it


async def test_a_photograph_loses_where_it_was_taken(api: Api, acme: Acme) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS)[1] = "N"
    exif.get_ifd(GPS)[2] = (48.0, 51.0, 30.0)
    exif[0x010E] = "taken at home"
    photograph = encode(
        picture(), "JPEG", exif=exif, comment=b"a secret", icc_profile=b"profile" * 9
    )
    assert b"taken at home" in photograph
    assert b"a secret" in photograph

    shown = await stored_logo(api, acme, photograph)

    image = read(shown)
    assert len(image.getexif()) == 0
    assert {"exif", "comment", "icc_profile"} & set(image.info) == set()
    for text in (b"Exif", b"taken at home", b"a secret", b"profile"):
        assert text not in shown
    # It's upright as well: the red half is above.
    assert image.size == (4, 8)
    red, _, blue = image.convert("RGB").getpixel((2, 0))  # pyright: ignore[reportGeneralTypeIssues, reportUnknownVariableType]
    assert red > blue


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "GIF"])
async def test_what_follows_an_image_is_dropped(api: Api, acme: Acme, format: str) -> None:
    data = encode(picture(mode="P" if format == "GIF" else "RGB"), format)

    shown = await stored_logo(api, acme, data + SCRIPT)

    assert SCRIPT not in shown
    assert read(shown).size == (8, 4)


async def test_texts_in_an_image_are_dropped(api: Api, acme: Acme) -> None:
    texts = PngInfo()
    texts.add_text("Comment", SCRIPT.decode())
    texts.add_itxt("XML:com.adobe.xmp", SCRIPT.decode())
    data = encode(picture(), "PNG", pnginfo=texts, icc_profile=SCRIPT, dpi=(72, 72))
    assert SCRIPT in data

    shown = await stored_logo(api, acme, data)

    assert SCRIPT not in shown
    assert set(read(shown).info) == set()


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
async def test_of_an_animation_the_first_frame_is_stored(api: Api, acme: Acme, format: str) -> None:
    frames = [Image.new("RGB", (64, 64), (number, 0, 255 - number)) for number in range(200)]
    data = encode(frames[0], format, save_all=True, append_images=frames[1:], duration=10)
    assert getattr(Image.open(BytesIO(data)), "n_frames", 1) > 20

    image = read(await stored_logo(api, acme, data))

    assert getattr(image, "n_frames", 1) == 1
    assert image.size == (64, 64)


async def test_sixteen_bits_of_gray_become_eight(api: Api, acme: Acme) -> None:
    grays = (0, 0x12FF, 0x8000, 0xFFFF)
    image = Image.frombytes("I;16", (4, 1), struct.pack("<4H", *grays))

    opaque = read(await stored_logo(api, acme, encode(image)))
    transparent = read(await stored_logo(api, acme, encode(image, transparency=0x8000)))

    assert [opaque.getpixel((x, 0)) for x in range(4)] == [0, 0x12, 0x80, 0xFF]
    alpha = transparent.convert("LA").getchannel("A")
    assert [alpha.getpixel((x, 0)) for x in range(4)] == [255, 255, 0, 255]


async def test_how_a_webp_asks_to_be_scaled_is_no_size(api: Api, acme: Acme) -> None:
    data = bytearray(encode(picture(), "WEBP"))
    assert data[12:16] == b"VP8 "
    data[27] |= 0x40

    assert read(await stored_logo(api, acme, bytes(data))).size == (8, 4)


async def test_transparency_is_kept(api: Api, acme: Acme) -> None:
    image = picture(mode="RGBA")
    image.putpixel((0, 0), (0, 0, 0, 0))

    for data in (encode(image), encode(image, "WEBP", lossless=True), encode(image.quantize())):
        shown = read(await stored_logo(api, acme, data)).convert("RGBA")
        alpha = shown.getchannel("A")
        assert (alpha.getpixel((0, 0)), alpha.getpixel((7, 3))) == (0, 255)


# ------------------------------------------------------------------------------------------ refused


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of_size(width: int, height: int) -> bytes:
    """A small file that decodes to an image of any size."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def webp_of_size(width: int, height: int) -> bytes:
    """A small file with a canvas of any size."""
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    head = b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + size
    return b"RIFF" + struct.pack("<I", len(head) + 4) + b"WEBP" + head


def gif_with_frame_of_size(size: int) -> bytes:
    """A file whose first frame is larger than its head says."""
    data = bytearray(encode(picture(mode="P"), "GIF"))
    frame = data.index(b",")
    data[frame + 5 : frame + 9] = struct.pack("<HH", size, size)
    return bytes(data)


def jpeg_with_many_scans() -> bytes:
    data = encode(picture(64, 64), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * 200 + data[-2:]


NOT_AN_IMAGE = "The data is not a PNG, JPEG, WebP, or GIF image."
NO_SVG = "SVG images are not accepted, because they can contain scripts."


@pytest.mark.parametrize(
    ("data", "code", "sentence"),
    [
        pytest.param(
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            "form_param_format_invalid",
            NO_SVG,
            id="svg",
        ),
        pytest.param(b"<?xml version='1.0'?><SVG/>", "form_param_format_invalid", NO_SVG, id="xml"),
        pytest.param(
            b"<?xml version='1.0'?><!--" + b" " * 2_000 + b"--><svg/>",
            "form_param_format_invalid",
            NO_SVG,
            id="svg after a comment",
        ),
        pytest.param(b"<html>" + SCRIPT, "form_param_format_invalid", NOT_AN_IMAGE, id="html"),
        pytest.param(SCRIPT + PNG, "form_param_format_invalid", NOT_AN_IMAGE, id="script first"),
        pytest.param(b"", "form_param_format_invalid", NOT_AN_IMAGE, id="nothing"),
        pytest.param(b"BM" + b"\0" * 60, "form_param_format_invalid", NOT_AN_IMAGE, id="bitmap"),
        pytest.param(
            PNG + b"\0" * MAXIMUM_BYTES,
            "form_param_exceeds_allowed_size",
            "The image has",
            id="too large",
        ),
        pytest.param(
            PNG[:-30], "form_param_format_invalid", "The PNG image is damaged.", id="cut off"
        ),
        pytest.param(
            b"\x89PNG\r\n\x1a\n",
            "form_param_format_invalid",
            "The PNG image is damaged.",
            id="only a PNG signature",
        ),
        pytest.param(
            b"\xff\xd8\xff\xe0",
            "form_param_format_invalid",
            "The JPEG image is damaged.",
            id="only a JPEG signature",
        ),
        pytest.param(
            b"GIF89a",
            "form_param_format_invalid",
            "The GIF image is damaged.",
            id="only a GIF signature",
        ),
        pytest.param(
            b"RIFF\0\0\0\0WEBPVP8 ",
            "form_param_format_invalid",
            "The WEBP image is damaged.",
            id="only a WebP signature",
        ),
        pytest.param(
            png_of_size(1025, 8),
            "form_param_value_invalid",
            "The image has 1025 by 8 pixels.",
            id="wide",
        ),
        pytest.param(
            png_of_size(60_000, 60_000),
            "form_param_value_invalid",
            "The image has 60000 by",
            id="PNG bomb",
        ),
        pytest.param(
            webp_of_size(16_384, 16_384),
            "form_param_value_invalid",
            "The image has 16384 by",
            id="WebP bomb",
        ),
        pytest.param(
            gif_with_frame_of_size(2_000),
            "form_param_value_invalid",
            "The image has 2000 by",
            id="GIF frame",
        ),
        pytest.param(
            gif_with_frame_of_size(60_000),
            "form_param_format_invalid",
            "The GIF image is damaged.",
            id="GIF bomb",
        ),
        pytest.param(
            jpeg_with_many_scans(),
            "form_param_format_invalid",
            "The JPEG image has more than 100",
            id="JPEG scans",
        ),
    ],
)
async def test_what_is_no_logo_is_refused_in_words(
    api: Api, acme: Acme, data: bytes, code: str, sentence: str
) -> None:
    before = await contents(api.store)

    (error,) = (await set_logo(api, acme.id, data, by=acme.admin)).user_errors

    assert (error["code"], error["field"]) == (code, ["input", "data"])
    assert error["message"].startswith(sentence)
    assert await contents(api.store) == before
    assert (await set_logo(api, acme.id, PNG, by=acme.admin)).payload


async def test_an_image_of_another_type_is_refused(api: Api, acme: Acme) -> None:
    before = await contents(api.store)

    (error,) = (await set_logo(api, acme.id, PNG, by=acme.admin, contentType="JPEG")).user_errors

    assert (error["code"], error["field"]) == ("form_param_value_invalid", ["input", "contentType"])
    assert error["message"] == "The data is a PNG image, and contentType is JPEG."
    assert await contents(api.store) == before


def gray_noise(size: int) -> bytes:
    """A PNG of three shades, four pixels to a byte, which the server stores with one in a byte."""
    random = Random(1)
    packed = bytes(a | b << 2 | c << 4 | d << 6 for a, b, c, d in product(range(3), repeat=4))
    rows = b"".join(b"\0" + bytes(random.choices(packed, k=size // 4)) for _ in range(size))
    head = struct.pack(">IIBBBBB", size, size, 2, 0, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


async def test_an_image_that_is_too_large_when_it_is_encoded_again_is_refused(
    api: Api, acme: Acme
) -> None:
    data = gray_noise(860)
    assert len(data) < MAXIMUM_BYTES
    before = await contents(api.store)

    (error,) = (await set_logo(api, acme.id, data, by=acme.admin)).user_errors

    assert error["code"] == "form_param_exceeds_allowed_size"
    assert error["message"].endswith("when it is encoded again. Make it smaller.")
    assert await contents(api.store) == before


@pytest.mark.parametrize("data", ["data:image/png;base64,AAAA", "AAA", "A A A", "%%%%", 7])
async def test_what_is_not_base64_is_bad_input(api: Api, acme: Acme, data: Any) -> None:
    answer = await set_logo(api, acme.id, data, by=acme.admin)

    assert answer.code == "BAD_USER_INPUT"


# ------------------------------------------------------------------------------------------- rights


async def test_who_cannot_manage_the_profile_sets_no_logo(api: Api, acme: Acme) -> None:
    before = await contents(api.store)
    unknown = f"org_{'0' * 26}"

    for data in (PNG, b"garbage", None):
        by_member = await set_logo(api, acme.id, data, by=acme.member)
        by_outsider = await set_logo(api, acme.id, data, by=acme.outsider)
        of_nothing = await set_logo(api, unknown, data, by=acme.outsider)

        assert (by_member.code, by_member.reason) == (
            "FORBIDDEN",
            "missing_organization_permission",
        )
        assert by_member.error["extensions"]["permissions"] == ["org:sys_profile:manage"]
        assert by_outsider.body == of_nothing.body
        assert by_outsider.code == "NOT_FOUND"
    assert await contents(api.store) == before
    for by in (acme.admin, SERVICE):
        assert (await set_logo(api, acme.id, PNG, by=by)).payload


# -------------------------------------------------------------------------- removing, events, cleanup


async def test_a_logo_is_removed(api: Api, acme: Acme) -> None:
    await set_logo(api, acme.id, PNG, by=acme.admin)

    removed = await set_logo(api, acme.id, None, by=acme.admin)

    assert removed.payload["organization"]["hasImage"] is False
    assert removed.payload["organization"]["imageUrl"].endswith(f"/images/{acme.id}.svg")


async def test_an_input_without_data_changes_nothing(api: Api, acme: Acme) -> None:
    await set_logo(api, acme.id, PNG, by=acme.admin)
    before = await contents(api.store)

    (error,) = (
        await api.mutate("setOrganizationLogo", {"organizationId": acme.id}, by=acme.admin)
    ).user_errors

    assert (error["code"], error["field"]) == ("form_param_missing", ["input", "data"])
    assert await contents(api.store) == before


async def test_each_change_is_one_event(api: Api, acme: Acme) -> None:
    count = len(await events(api.store))
    first = await set_logo(api, acme.id, PNG, by=acme.admin)
    again = await set_logo(api, acme.id, PNG, by=acme.admin)
    removed = await set_logo(api, acme.id, None, by=acme.admin)

    url = first.payload["organization"]["imageUrl"]
    told = (await events(api.store))[count:]
    assert [one["type"] for one in told] == ["organization.updated", "organization.updated"]
    assert [one["changes"] for one in told] == [{"image_url": None}, {"image_url": url}]
    assert [one["data"]["image_url"] for one in told] == [url, None]
    assert [one["data"]["has_image"] for one in told] == [True, False]
    assert first.payload["cursor"] == str(told[0]["cursor"])
    assert again.payload["cursor"] is None
    assert removed.payload["cursor"] == str(told[1]["cursor"])


async def test_another_image_url_replaces_the_logo(api: Api, acme: Acme) -> None:
    await set_logo(api, acme.id, PNG, by=acme.admin)
    elsewhere = "https://cdn.example.com/logo.png"

    input = {"organizationId": acme.id, "imageUrl": elsewhere}
    answer = await api.mutate("updateOrganization", input, ORGANIZATION, by=acme.admin)

    assert answer.payload["organization"]["imageUrl"] == elsewhere


async def test_a_logo_is_deleted_when_nobody_has_used_it_for_a_day(api: Api, acme: Acme) -> None:
    other = await an_organization(api, by=acme.admin, name="Other")
    first = await set_logo(api, acme.id, PNG, by=acme.admin)
    shared = await set_logo(api, other, PNG, by=acme.admin)
    url = first.payload["organization"]["imageUrl"]
    assert shared.payload["organization"]["imageUrl"] == url
    assert len(await names(api)) == 1

    api.clock.forward(days=2)
    await set_logo(api, acme.id, None, by=SERVICE)
    api.clock.forward(days=2)
    await cleanup(api.store, api.clock).clean_up()
    while_used = await names(api)
    assert (await api.mutate("deleteOrganization", {"organizationId": other}, by=SERVICE)).payload
    await set_logo(api, acme.id, encode(picture(16, 16)), by=SERVICE)
    await set_logo(api, acme.id, None, by=SERVICE)
    await cleanup(api.store, api.clock).clean_up()
    just_removed = await names(api)
    api.clock.forward(days=2)
    await cleanup(api.store, api.clock).clean_up()

    assert len(while_used) == 1
    assert len(just_removed) == 2
    assert (await api.client.get(url)).status_code == 404
    assert await names(api) == []


async def remove_logo(api: Api, organization_id: str) -> None:
    assert (await set_logo(api, organization_id, None, by=SERVICE)).payload


async def replace_logo(api: Api, organization_id: str) -> None:
    input = {"organizationId": organization_id, "imageUrl": "https://example.com/other.png"}
    assert (await api.mutate("updateOrganization", input, by=SERVICE)).payload


async def delete_organization(api: Api, organization_id: str) -> None:
    input = {"organizationId": organization_id}
    assert (await api.mutate("deleteOrganization", input, by=SERVICE)).payload


@pytest.mark.parametrize("let_go", [remove_logo, replace_logo, delete_organization])
async def test_pages_can_show_a_former_logo_for_a_day(
    api: Api, acme: Acme, let_go: Callable[[Api, str], Awaitable[None]]
) -> None:
    url = (await set_logo(api, acme.id, PNG, by=SERVICE)).payload["organization"]["imageUrl"]
    api.clock.forward(days=2)
    await let_go(api, acme.id)
    found: list[int] = []
    for hours in (23, 2):
        api.clock.forward(hours=hours)
        await cleanup(api.store, api.clock).clean_up()
        found.append((await api.client.get(url)).status_code)

    assert found == [200, 404]


@pytest.mark.both_databases
async def test_a_logo_that_is_set_while_it_is_cleaned_up_stays(api: Api, acme: Acme) -> None:
    """Whichever comes first, the organization has an image that is there."""
    other = await an_organization(api, by=SERVICE, name="Other")
    sweep = cleanup(api.store, api.clock)
    for _ in range(10):
        await set_logo(api, acme.id, PNG, by=SERVICE)
        await set_logo(api, acme.id, None, by=SERVICE)
        api.clock.forward(days=2)

        answer, _ = await gather(
            set_logo(api, other, PNG, by=SERVICE), gather(*(sweep.clean_up() for _ in range(3)))
        )

        url = answer.payload["organization"]["imageUrl"]
        assert (await api.client.get(url)).status_code == 200
        assert (await set_logo(api, other, None, by=SERVICE)).payload


@pytest.mark.both_databases
async def test_several_organizations_upload_the_same_logo_at_once(api: Api, acme: Acme) -> None:
    others = [await an_organization(api, by=SERVICE, name=f"Other {n}") for n in range(5)]

    answers = await gather(*(set_logo(api, id, PNG, by=SERVICE) for id in (acme.id, *others)))

    assert len({answer.payload["organization"]["imageUrl"] for answer in answers}) == 1
    assert len(await names(api)) == 1


@ONLY_SQLITE
async def test_a_logo_takes_a_few_statements(api: Api, acme: Acme) -> None:
    with counted(api.store) as statements:
        assert (await set_logo(api, acme.id, PNG, by=acme.admin)).payload

    assert len(statements) == 7, statements
