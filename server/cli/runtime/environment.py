"""The settings that a command runs with; wrong ones end it."""

from collections.abc import Callable
from typing import TypeVar

from server.settings.settings import (
    Environment,
    Settings,
    SettingsError,
    read_settings,
    read_valid_settings,
)

T = TypeVar("T")


def load_settings() -> Settings:
    return _load(read_settings)


def load_valid_settings() -> tuple[Settings, SettingsError | None]:
    """Loads the valid settings, with defaults for the others; returns what is wrong, too."""
    return _load(read_valid_settings)


def _load(read: Callable[[], T]) -> T:
    try:
        return read()
    except SettingsError as error:
        from server.cli.runtime.failures import fail

        raise fail(*error.messages) from error


def load_development_settings() -> Settings:
    """Loads the settings of a command that is for development only."""
    settings = load_settings()
    if "env" in settings.model_fields_set and not settings.is_development:
        from server.cli.runtime.failures import fail

        raise fail("TENANTRY_ENV is production. This command is for development only.")
    return read_settings(env=Environment.DEVELOPMENT)
