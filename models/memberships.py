"""Memberships: which users belong to an organization, and with which role."""

from typing import ClassVar

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from models.base import JSONObject, Record, json_column


class Membership(Record, table=True):
    __table_args__ = (
        UniqueConstraint("organization_id", "user_id"),
        Index(None, "organization_id", "id"),
        Index(None, "user_id", "id"),
        # For the managers of an organization, who are few among its members.
        Index(None, "role_id", "organization_id", "id"),
    )
    prefix: ClassVar[str] = "orgmem"

    organization_id: str = Field(foreign_key="organization.id", ondelete="CASCADE")
    user_id: str = Field(foreign_key="user.id", ondelete="CASCADE")
    role_id: str = Field(foreign_key="role.id", ondelete="RESTRICT")
    public_metadata: JSONObject = json_column()
    private_metadata: JSONObject = json_column()
