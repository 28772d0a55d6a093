"""Images that this server stores, such as the logos of organizations."""

from datetime import datetime, timedelta

from sqlmodel import Field

from models.base import BaseTable, UTCDateTime

# How long an image that nobody uses is kept, for pages that still show it.
KEPT_FOR = timedelta(days=1)


class Image(BaseTable, table=True):
    """An uploaded image; organizations with the same logo share it."""

    # As it is in `Organization.image_url`, whatever the public URL becomes later.
    url: str = Field(primary_key=True)
    # The last part of the URL: the hash of the data, so the same URL always shows the same image.
    name: str = Field(index=True)
    data: bytes
    # When an organization last began or ceased to use it.
    used_at: datetime = Field(sa_type=UTCDateTime, index=True)
