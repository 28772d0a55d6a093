"""What Clerk's Backend API answers, as far as an import uses it."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AliasChoices, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from models.validation.json_objects import check_json_object
from server.yaml_files.shape import Text

# Until the year 2100, in milliseconds.
Milliseconds = Annotated[int, Field(ge=0, le=4_102_444_800_000)]


def _ensure_json_object(metadata: dict[str, Any]) -> dict[str, Any]:
    try:
        return check_json_object(metadata)
    except ValueError as error:
        raise PydanticCustomError("unstorable", "{error}", {"error": str(error)}) from error


Metadata = Annotated[dict[str, Any], AfterValidator(_ensure_json_object)]


class Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)


def to_time(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)


class ClerkVerification(Shape):
    status: Text | None = None

    @property
    def is_verified(self) -> bool:
        return self.status == "verified"


class ClerkAddress(Shape):
    id: Text
    email_address: Text
    verification: ClerkVerification | None = None


class ClerkUser(Shape):
    id: Text
    external_id: Text | None = None
    username: Text | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    image_url: Text | None = None
    has_image: bool = False
    primary_email_address_id: Text | None = None
    email_addresses: list[ClerkAddress] = []
    phone_numbers: list[Any] = []
    public_metadata: Metadata | None = None
    private_metadata: Metadata | None = None
    unsafe_metadata: dict[str, Any] | None = None
    password_enabled: bool = False
    banned: bool = False
    create_organization_enabled: bool | None = None
    create_organizations_limit: int | None = None
    created_at: Milliseconds | None = None


class ClerkOrganization(Shape):
    id: Text
    name: Text
    slug: Text | None = None
    image_url: Text | None = None
    has_image: bool = False
    max_allowed_memberships: int | None = None
    admin_delete_enabled: bool = True
    public_metadata: Metadata | None = None
    private_metadata: Metadata | None = None
    created_by: Text | None = None
    role_set_key: Text | None = None
    created_at: Milliseconds | None = None


class ClerkReference(Shape):
    id: Text


class ClerkPublicUser(Shape):
    user_id: Text
    identifier: Text | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    image_url: Text | None = None
    has_image: bool = False


class ClerkMembership(Shape):
    role: Text
    role_name: Text | None = None
    permissions: list[Text] | None = None
    organization: ClerkReference
    public_user_data: ClerkPublicUser
    public_metadata: Metadata | None = None
    private_metadata: Metadata | None = None
    created_at: Milliseconds | None = None


class ClerkInvitation(Shape):
    id: Text
    organization_id: Text
    email_address: Text
    role: Text
    status: Text | None = None
    inviter_id: Text | None = None
    public_metadata: Metadata | None = None
    private_metadata: Metadata | None = None
    created_at: Milliseconds | None = None
    expires_at: Milliseconds | None = None


class ClerkDomain(Shape):
    organization_id: Text
    name: Text
    enrollment_mode: Text | None = None
    # `verification` is the older name.
    affiliation_verification: ClerkVerification | None = Field(
        default=None, validation_alias=AliasChoices("affiliation_verification", "verification")
    )
    ownership_verification: ClerkVerification | None = None
    created_at: Milliseconds | None = None

    @property
    def is_verified(self) -> bool:
        proofs = (self.affiliation_verification, self.ownership_verification)
        return any(proof is not None and proof.is_verified for proof in proofs)


class ClerkPermission(Shape):
    key: Text
    name: Text
    description: Text | None = None


class ClerkRole(Shape):
    key: Text
    name: Text
    description: Text | None = None
    permissions: list[ClerkPermission] = []


class ClerkKey(Shape):
    key: Text


class ClerkRoleSet(Shape):
    key: Text
    name: Text
    description: Text | None = None
    roles: list[ClerkKey]
    default_role: ClerkKey
    creator_role: ClerkKey
