"""TENANTRY_IDENTITY_ISSUERS: the identity providers whose tokens are accepted."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import NoDecode

from server.settings.values import ASYMMETRIC, is_safe_url, parse_json, parse_url

# Every command reads the settings; only an issuer with a public key needs the cryptography.
if TYPE_CHECKING:
    from server.settings.public_keys import PublicKey


class ClaimNames(BaseModel):
    """Which claims of an issuer's tokens hold the user's address and names."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    email: str = "email"
    # True verifies every address, whatever the token holds. It is only safe if no user of the
    # issuer can choose the value of the `email` claim: a verified address gives its owner the
    # invitations and the waiting user with that address.
    email_verified: str | Literal[True] = "email_verified"
    given_name: str = "given_name"
    family_name: str = "family_name"
    # Split into both names if a token holds neither of them.
    name: str = "name"
    # Identifies a user who has no address.
    username: str = "preferred_username"
    picture: str = "picture"

    @field_validator("*", mode="before")
    @classmethod
    def check_name(cls, value: Any, info: ValidationInfo) -> Any:
        is_constant = info.field_name == "email_verified" and value is True
        if not is_constant and not (isinstance(value, str) and value):
            constant = ", or true" if info.field_name == "email_verified" else ""
            raise ValueError(f"must be the name of a claim{constant}")
        return value


class Issuer(BaseModel):
    """An identity provider whose tokens are accepted, and the one source of its keys.

    A token's `aud` must contain `audience`, or one of them if it is a list.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    issuer: str = Field(min_length=1)
    audience: str | list[str]
    claims: ClaimNames = ClaimNames()
    jwks_url: str | None = None
    public_key: str | None = None
    algorithms: list[str] = ["RS256"]

    @field_validator("audience", mode="before")
    @classmethod
    def check_audience(cls, value: Any) -> Any:
        names = value if isinstance(value, list) else [value]  # pyright: ignore[reportUnknownVariableType]
        if not names or not all(isinstance(name, str) and name for name in names):  # pyright: ignore[reportUnknownVariableType]
            raise ValueError("must be a string or a list of strings, none of them empty")
        return value  # pyright: ignore[reportUnknownVariableType]

    @field_validator("algorithms")
    @classmethod
    def check_algorithms(cls, value: list[str]) -> list[str]:
        if not value or not set(value) <= ASYMMETRIC:
            raise ValueError(
                f"must list at least one of {', '.join(sorted(ASYMMETRIC))}, and nothing else"
            )
        return value

    @field_validator("public_key")
    @classmethod
    def check_public_key(cls, value: str | None) -> str | None:
        if value is not None:
            from server.settings.public_keys import load_public_key

            load_public_key(value)
        return value

    @field_validator("jwks_url")
    @classmethod
    def check_jwks_url(cls, value: str | None) -> str | None:
        if value is not None and not is_safe_url(parse_url(value)):
            raise ValueError("must be an https URL, or an http URL on this machine")
        return value

    @model_validator(mode="after")
    def check_source(self) -> "Issuer":
        if (self.jwks_url is None) == (self.public_key is None):
            raise ValueError("must have either jwks_url or public_key")
        if self.key and not self.key.algorithms:
            raise ValueError(
                "must set algorithms that its public_key supports; it doesn't support"
                f" {', '.join(self.algorithms)}"
            )
        return self

    @property
    def audiences(self) -> frozenset[str]:
        return frozenset([self.audience] if isinstance(self.audience, str) else self.audience)

    @property
    def key(self) -> "PublicKey | None":
        """The public key, if the settings give one."""
        if self.public_key is None:
            return None
        from server.settings.public_keys import PublicKey, filter_algorithms, load_public_key

        public = load_public_key(self.public_key)
        return PublicKey(public, filter_algorithms(public, self.algorithms))


Issuers = Annotated[tuple[Issuer, ...], NoDecode, BeforeValidator(parse_json)]
