"""What goes wrong besides a bad token, which is no exception."""


class ConfigurationError(Exception):
    """An argument is missing or wrong. The message names it."""


class Unavailable(Exception):
    """The Tenantry server doesn't answer, or doesn't know the secret key."""
