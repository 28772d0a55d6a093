"""An image that the server accepts as a logo."""

from base64 import b64encode
from io import BytesIO

from PIL import Image


def encode(image: Image.Image, format: str = "PNG", **options: object) -> bytes:
    file = BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


LOGO = b64encode(encode(Image.new("RGB", (4, 4), (55, 48, 163)))).decode()
