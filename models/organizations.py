"""Organizations, which are accounts that users share."""

from typing import ClassVar

from sqlalchemy import Index, text
from sqlmodel import Field

from models.base import JSONObject, Record, json_column
from models.errors.input import ValueInvalid


class Organization(Record, table=True):
    __table_args__ = (
        Index(
            "ix_organization_image_url",
            "image_url",
            sqlite_where=text("image_url IS NOT NULL"),
            postgresql_where=text("image_url IS NOT NULL"),
        ),
    )
    prefix: ClassVar[str] = "org"

    name: str
    slug: str | None = Field(default=None, unique=True)
    external_id: str | None = Field(default=None, index=True, unique=True)
    image_url: str | None = None
    public_metadata: JSONObject = json_column()
    private_metadata: JSONObject = json_column()
    max_allowed_memberships: int = 0
    admin_delete_enabled: bool = True
    created_by_id: str | None = Field(
        default=None, foreign_key="user.id", ondelete="SET NULL", index=True
    )
    role_set_id: str = Field(foreign_key="role_set.id", ondelete="RESTRICT", index=True)
    search_text: str = ""


def check_limit(limit: int, what: str) -> int:
    if not 0 <= limit <= 2_000_000_000:
        raise ValueInvalid(f"{what} must be from 0 (unlimited) to 2,000,000,000.")
    return limit
