"""TENANTRY_IDENTITY_ISSUERS: the identity providers whose tokens are accepted."""

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from server.settings.values import ASYMMETRIC, is_safe_url, parse_url

# Every command reads the settings; only an issuer with a public key needs the cryptography.
if TYPE_CHECKING:
    from server.settings.public_keys import PublicKey


class Issuer(BaseModel):
    """An identity provider whose tokens are accepted, and the one source of its keys.

    A token's `aud` must equal `audience`: a text, or, for an issuer that writes several, exactly
    that list.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    issuer: str = Field(min_length=1)
    audience: str | list[str]
    jwks_url: str | None = None
    public_key: str | None = None
    algorithms: list[str] = ["RS256"]

    @field_validator("audience", mode="before")
    @classmethod
    def check_audience(cls, value: Any) -> Any:
        names = value if isinstance(value, list) else [value]  # pyright: ignore[reportUnknownVariableType]
        if not names or not all(isinstance(name, str) and name for name in names):  # pyright: ignore[reportUnknownVariableType]
            raise ValueError("is a text or a list of texts, none of them empty")
        return value  # pyright: ignore[reportUnknownVariableType]

    @field_validator("algorithms")
    @classmethod
    def check_algorithms(cls, value: list[str]) -> list[str]:
        if not value or not set(value) <= ASYMMETRIC:
            raise ValueError(f"holds some of {', '.join(sorted(ASYMMETRIC))}")
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
            raise ValueError("is an https URL (http only on this machine)")
        return value

    @model_validator(mode="after")
    def check_source(self) -> "Issuer":
        if (self.jwks_url is None) == (self.public_key is None):
            raise ValueError("give either jwks_url or public_key")
        if self.key and not self.key.algorithms:
            raise ValueError(
                f"public_key is no key for {', '.join(self.algorithms)}: set algorithms"
            )
        return self

    @property
    def key(self) -> "PublicKey | None":
        """The public key, if the settings give one."""
        if self.public_key is None:
            return None
        from server.settings.public_keys import PublicKey, filter_algorithms, load_public_key

        public = load_public_key(self.public_key)
        return PublicKey(public, filter_algorithms(public, self.algorithms))
