"""Which URLs can be stored as links, and which links are found in a name."""

import pytest

from models.errors.input import FormatInvalid, TooLong
from models.validation.text import check_url, contains_link

HTTP = frozenset({"http", "https"})


@pytest.mark.parametrize(
    "link",
    ["https://example.com", "https://example.com:8443/a?b=c#d", "https://[::1]/", "HTTPS://a.test"],
)
def test_an_absolute_https_url_is_kept(link: str) -> None:
    assert check_url(link) == link


@pytest.mark.parametrize(
    "link",
    [
        "",
        "example.com",
        "/a",
        "//example.com/a",
        "http://example.com",
        "javascript:alert(1)",
        "data:text/html,x",
        "https:",
        "https:///a",
        "https://:443/a",
        "https://user@example.com",
        "https://user:word@example.com",
        "https://example.com:0/",
        "https://example.com:65536/",
        "https://[::1",
        "https://exämple.com/",
        "https://example.com/ä",
        "https://example.com/a b",
        "https://example.com/ ",
        "https://example.com/a\tb",
        "https://example.com/a\nb",
        "https://example.com/a\x7fb",
    ],
)
def test_what_is_no_absolute_https_url_is_rejected(link: str) -> None:
    with pytest.raises(FormatInvalid):
        check_url(link)


def test_http_is_a_scheme_where_it_is_allowed() -> None:
    assert check_url("http://localhost:3000/a", schemes=HTTP) == "http://localhost:3000/a"
    with pytest.raises(FormatInvalid, match="http or https"):
        check_url("ftp://localhost/a", schemes=HTTP)


def test_a_link_has_2048_characters_at_most() -> None:
    longest = "https://example.com/".ljust(2_048, "x")

    assert check_url(longest) == longest
    with pytest.raises(TooLong) as rejected:
        check_url(f"{longest}x")
    assert rejected.value.meta == {"limit": 2_048}


@pytest.mark.parametrize(
    "name",
    [
        "https%3A%2F%2Fevil",
        "https%253A%252F%252Fevil",
        "https%25253A%25252F%25252Fevil",
        "%25253Cscript",
        "https:\u200d//evil",
        "=?utf-8?q?https=3A/?= =?utf-8?q?/evil?=",
    ],
)
def test_a_link_is_found_however_it_is_encoded(name: str) -> None:
    assert contains_link(name)
