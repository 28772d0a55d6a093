"""Images that this server stores, under the path that shows them."""

from datetime import datetime

from sqlmodel import Field

from models.base import BaseTable, UTCDateTime


class Image(BaseTable, table=True):
    """An uploaded image; organizations with the same logo share it."""

    # It contains the hash of the data, so the same path always shows the same image.
    path: str = Field(primary_key=True)
    data: bytes
    # When it was last set as a logo. One that nobody uses is deleted some time later.
    used_at: datetime = Field(sa_type=UTCDateTime, index=True)
