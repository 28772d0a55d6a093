"""The settings that a command runs with; wrong ones end it."""

from server.settings.settings import Environment, Settings, SettingsError, read_settings


def load_settings() -> Settings:
    try:
        return read_settings()
    except SettingsError as error:
        from server.cli.console import fail

        raise fail(*error.messages) from error


def load_development_settings() -> Settings:
    """Loads the settings of a command that is for development only."""
    settings = load_settings()
    if "env" in settings.model_fields_set and not settings.is_development:
        from server.cli.console import fail

        raise fail("TENANTRY_ENV is production. This command is for development only.")
    return read_settings(env=Environment.DEVELOPMENT)
