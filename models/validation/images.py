"""Uploaded images: what they must be, and what is kept of them.

Only the pixels of a file are kept. They are encoded again, without metadata, which can contain
where a photograph was taken, and without anything else that a file can carry.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from io import BytesIO
from typing import TYPE_CHECKING

from models.errors.input import FormatInvalid, InputError, TooLarge, ValueInvalid

# Only for its types: loading it takes long, and only an upload needs it.
if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

MAXIMUM_BYTES = 150 * 1024
MAXIMUM_PIXELS = 1024
# Of an image that is scaled. A decoded one takes 4 bytes for each pixel.
UPLOAD_BYTES = 10 * 1024 * 1024
UPLOAD_PIXELS = 24_000_000
SCALED_PIXELS = 512
# A progressive JPEG has about ten scans. For each one, the whole image is decoded again.
MAXIMUM_SCANS = 100
START_OF_SCAN = b"\xff\xda"
# The qualities that are tried until the file is small enough.
QUALITIES = (88, 75, 60, 45, 30)


class ImageType(Enum):
    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"
    GIF = "gif"


# An animation is stored as its first frame.
STORED_AS = {
    ImageType.PNG: ImageType.PNG,
    ImageType.JPEG: ImageType.JPEG,
    ImageType.WEBP: ImageType.WEBP,
    ImageType.GIF: ImageType.PNG,
}


@dataclass(frozen=True, slots=True)
class CleanImage:
    """An image that was encoded by us, named after the hash of its data."""

    name: str
    data: bytes


def clean_image(data: bytes, declared: ImageType | None) -> CleanImage:
    """Decodes an image and encodes it again. It takes long, so run it in a thread.

    Raises InputError for everything that isn't an image within the limits.
    """
    type_ = check_file(data, declared)
    if type_ is ImageType.WEBP:
        _check_size(*_read_webp_size(data))
    try:
        opened = _open(data, type_)
        _check_size(*opened.size)
        encoded = _encode(_copy_pixels(opened), STORED_AS[type_])
    except InputError:
        raise
    except Exception as error:
        # Decoders raise all kinds of errors for damaged files.
        raise _make_damaged(type_) from error
    return _name(encoded, STORED_AS[type_])


def scale_image(data: bytes) -> CleanImage:
    """Decodes an image like `clean_image`, and scales down one that is too large to be stored.

    What was scaled is stored as WebP, which is the smallest.
    """
    type_ = check_file(data, None, UPLOAD_BYTES)
    if type_ is ImageType.WEBP:
        _check_number_of_pixels(*_read_webp_size(data))
    try:
        opened = _open(data, type_)
        _check_number_of_pixels(*opened.size)
        is_small = len(data) <= MAXIMUM_BYTES and max(opened.size) <= MAXIMUM_PIXELS
        return clean_image(data, type_) if is_small else _scale(opened)
    except InputError:
        raise
    except Exception as error:
        raise _make_damaged(type_) from error


def _scale(opened: "ImageFile") -> CleanImage:
    # A JPEG is decoded in a smaller size at once.
    opened.draft(None, (SCALED_PIXELS, SCALED_PIXELS))
    pixels = _copy_pixels(opened)
    scaled = pixels.convert("RGBA" if pixels.has_transparency_data else "RGB")
    scaled.thumbnail((SCALED_PIXELS, SCALED_PIXELS))
    return _name(_encode(scaled, ImageType.WEBP), ImageType.WEBP)


def _check_number_of_pixels(width: int, height: int) -> None:
    if width * height > UPLOAD_PIXELS:
        raise ValueInvalid(
            f"The image has {width} by {height} pixels. It can have at most"
            f" {UPLOAD_PIXELS // 1_000_000} million.",
            at="data",
        )


def _name(encoded: bytes, type_: ImageType) -> CleanImage:
    return CleanImage(f"{hashlib.sha256(encoded).hexdigest()}.{type_.value}", encoded)


def _make_damaged(type_: ImageType) -> FormatInvalid:
    return FormatInvalid(
        f"The {type_.name} image is damaged. Save it again with an image editor.", at="data"
    )


def check_file(data: bytes, declared: ImageType | None, maximum: int = MAXIMUM_BYTES) -> ImageType:
    """Checks what can be checked without decoding: the size, and the type by its first bytes."""
    if len(data) > maximum:
        raise TooLarge(
            f"The image has {len(data)} bytes, more than the limit of {maximum}. Make it smaller.",
            at="data",
            limit=maximum,
        )
    type_ = _find_type(data)
    if type_ is None and (b"<svg" in data[:1024].lower() or data.lstrip().startswith(b"<?xml")):
        raise FormatInvalid(
            "SVG images are not accepted, because they can contain scripts. Convert the image to"
            " PNG.",
            at="data",
        )
    if type_ is None:
        raise FormatInvalid("The data is not a PNG, JPEG, WebP, or GIF image.", at="data")
    if declared is not None and declared is not type_:
        raise ValueInvalid(
            f"The data is a {type_.name} image, and contentType is {declared.name}.",
            at="content_type",
        )
    if type_ is ImageType.JPEG and data.count(START_OF_SCAN) > MAXIMUM_SCANS:
        raise FormatInvalid(f"The JPEG image has more than {MAXIMUM_SCANS} scans.", at="data")
    return type_


def _find_type(data: bytes) -> ImageType | None:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return ImageType.PNG
    if data.startswith(b"\xff\xd8\xff"):
        return ImageType.JPEG
    if data.startswith((b"GIF87a", b"GIF89a")):
        return ImageType.GIF
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return ImageType.WEBP
    return None


def _read_webp_size(data: bytes) -> tuple[int, int]:
    """Reads the size from the head, because the decoder reserves memory for it at once."""
    match data[12:16]:
        case b"VP8X":
            width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
        case b"VP8L":
            bits = int.from_bytes(data[21:25], "little")
            width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case _:
            width, height = (
                int.from_bytes(data[at : at + 2], "little") & 0x3FFF for at in (26, 28)
            )
    return width, height


def _check_size(width: int, height: int) -> None:
    if max(width, height) > MAXIMUM_PIXELS:
        raise ValueInvalid(
            f"The image has {width} by {height} pixels. It can have at most {MAXIMUM_PIXELS} by"
            f" {MAXIMUM_PIXELS}.",
            at="data",
        )


def _open(data: bytes, type_: ImageType) -> "ImageFile":
    """Reads the head of the file, with the decoder of this type and no other."""
    from PIL.GifImagePlugin import GifImageFile
    from PIL.JpegImagePlugin import JpegImageFile
    from PIL.PngImagePlugin import PngImageFile
    from PIL.WebPImagePlugin import WebPImageFile

    decoders = {
        ImageType.PNG: PngImageFile,
        ImageType.JPEG: JpegImageFile,
        ImageType.GIF: GifImageFile,
        ImageType.WEBP: WebPImageFile,
    }
    return decoders[type_](BytesIO(data))


def _copy_pixels(opened: "ImageFile") -> "Image":
    """Decodes the first frame, upright, and drops everything that isn't a pixel."""
    from PIL import ImageOps

    opened.load()
    upright = ImageOps.exif_transpose(opened)
    copy = upright.copy()
    transparency = upright.info.get("transparency")
    copy.info = {} if transparency is None else {"transparency": transparency}
    return _reduce_depth(copy) if copy.mode == "I;16" else copy


def _reduce_depth(image: "Image") -> "Image":
    """Reduces 16 bits of gray to 8; `convert` alone would turn them white."""
    darker = image.point(lambda gray: gray / 256)  # pyright: ignore[reportUnknownMemberType]
    reduced = darker.convert("L")
    if "transparency" in reduced.info:
        reduced.info["transparency"] //= 256
    return reduced


def _encode(image: "Image", type_: ImageType) -> bytes:
    for encoded in _try_encodings(image, type_):
        if len(encoded) <= MAXIMUM_BYTES:
            return encoded
    raise TooLarge(
        f"The image needs more than {MAXIMUM_BYTES} bytes when it is encoded again. Make it"
        " smaller.",
        at="data",
        limit=MAXIMUM_BYTES,
    )


def _try_encodings(image: "Image", type_: ImageType) -> Iterator[bytes]:
    match type_:
        case ImageType.JPEG:
            image = image if image.mode in {"L", "RGB"} else image.convert("RGB")
            for quality in QUALITIES:
                yield _save(image, "JPEG", quality=quality, optimize=True)
        case ImageType.WEBP:
            for quality in QUALITIES:
                yield _save(image, "WEBP", quality=quality)
        case _:
            yield _save(image, "PNG", optimize=True)


def _save(image: "Image", format: str, **options: object) -> bytes:
    file = BytesIO()
    image.save(file, format, **options)
    return file.getvalue()
