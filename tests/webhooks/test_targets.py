"""Where webhooks may go: every spelling of an address that is none of the receiver's business."""

from ipaddress import ip_address, ip_network

import pytest

from models.errors.input import FormatInvalid, TooLong
from models.validation.webhook_targets import WebhookTargets, is_private_network

PUBLIC = WebhookTargets(allows_private=False)
OWN = WebhookTargets(
    allows_private=False, networks=(ip_network("10.1.0.0/16"), ip_network("fd00:1::/32"))
)
DEVELOPMENT = WebhookTargets(allows_private=True)

FINE = [
    "https://example.com",
    "https://hooks.example.com/tenantry?key=a%20b&x=[1]",
    "https://Hooks.Example.com:8443/",
    "https://xn--bcher-kva.example/",
    "https://8.8.8.8/",
    "https://[2606:4700::1111]:8443/x",
    "https://local.example.com/",
    "https://1and1.example.com/",
]
# Refused everywhere, in development too: what one program reads as this, another reads as that.
NO_URL = [
    "",
    "example.com",
    "//example.com/",
    "https://",
    "https:///path",
    "https:example.com",
    "https://:443/",
    "https://example.com:0/",
    "https://example.com:/",
    "https://example.com:99999/",
    "https://example.com:http/",
    "https://[::1",
    "https://[fe80::1%25eth0]/",
    "https://[fe80::1%eth0]/",
    "https://[example.com]/",
    "https://[v1.x]/",
    "https://ada@example.com/",
    "https://ada:hunter2@example.com/",
    "https://@example.com/",
    "https://example.com@127.0.0.1/",
    "https://example.com/#top",
    "https://example.com/#",
    "https://exam ple.com/",
    " https://example.com/",
    "https://example.com/ ",
    "https://example.com/\n",
    "https://exa\tmple.com/",
    "https://example.com/\r\nX-Evil: 1",
    "https://example.com/\x00",
    "https://example.com\\@127.0.0.1/",
    "https://bücher.example/",
    "https://example。com/",
    "https://①②⑦.0.0.1/",
    "https://%31%32%37.0.0.1/",
    "https://example.com./",
    "https://127.0.0.1./",
    "https://localhost./",
    "https://example..com/",
    "https://-example.com/",
    f"https://{'a' * 64}.example.com/",
    f"https://{'a.' * 126}example.com/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://127.1/",
    "https://127.0.1/",
    "https://127.000.000.001/",
    "https://0/",
    "https://1.2.3.4.5/",
    "https://256.1.1.1/",
    "https://example.0x7f/",
]
NOT_PUBLIC = [
    "http://example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://example.com/",
    "https://localhost/",
    "https://LOCALHOST:8443/",
    "https://api.localhost/",
    "https://printer.local/",
    "https://metadata.google.internal/",
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://10.0.0.1/",
    "https://[::ffff:10.0.0.1]/",
]
ADDRESSES = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:100.64.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::8.8.8.8",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "2001:10::1",
    "2001:20::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2002:a00:1::",
    "3fff::1",
    "fc00::1",
    "fd12:3456::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "4000::1",
]


@pytest.mark.parametrize("url", FINE)
def test_a_public_url_is_kept_as_it_is(url: str) -> None:
    assert PUBLIC.check_url(url) == url


@pytest.mark.parametrize("targets", [PUBLIC, OWN, DEVELOPMENT])
@pytest.mark.parametrize("url", NO_URL)
def test_what_is_no_plain_url_is_refused_everywhere(url: str, targets: WebhookTargets) -> None:
    with pytest.raises(FormatInvalid) as refused:
        targets.check_url(url)

    assert refused.value.field == ["input", "url"]
    assert refused.value.message.startswith("The URL ")
    assert refused.value.message.endswith(".")
    assert "hunter2" not in refused.value.message


@pytest.mark.parametrize("url", NOT_PUBLIC)
def test_what_is_not_public_or_not_encrypted_is_refused(url: str) -> None:
    with pytest.raises(FormatInvalid):
        PUBLIC.check_url(url)


@pytest.mark.parametrize("url", [one for one in NOT_PUBLIC if one.startswith("http")])
def test_in_development_a_receiver_may_be_on_ones_own_machine(url: str) -> None:
    assert DEVELOPMENT.check_url(url) == url


@pytest.mark.parametrize("url", [one for one in NOT_PUBLIC if not one.startswith("http")])
def test_in_development_too_a_webhook_goes_over_http(url: str) -> None:
    with pytest.raises(FormatInvalid):
        DEVELOPMENT.check_url(url)


def test_a_url_has_2048_characters_at_most() -> None:
    longest = "https://example.com/".ljust(2048, "x")

    assert PUBLIC.check_url(longest) == longest
    with pytest.raises(TooLong) as refused:
        PUBLIC.check_url(f"{longest}x")
    assert (refused.value.field, refused.value.meta) == (["input", "url"], {"limit": 2048})


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_no_connection_goes_to_an_address_that_is_not_public(address: str, scheme: str) -> None:
    assert not PUBLIC.allows(ip_address(address), scheme=scheme)


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "100.128.0.1",
        "172.32.0.1",
        "192.0.1.1",
        "2606:4700::1111",
        "64:ff9b::8.8.8.8",
        "::ffff:8.8.8.8",
        "2002:808:808::1",
    ],
)
def test_a_connection_to_a_public_address_is_encrypted(address: str) -> None:
    assert PUBLIC.allows(ip_address(address), scheme="https")
    assert not PUBLIC.allows(ip_address(address), scheme="http")
    assert not OWN.allows(ip_address(address), scheme="http")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_private_network_of_the_settings_is_allowed_and_no_other_one(scheme: str) -> None:
    for address in ("10.1.2.3", "::ffff:10.1.2.3", "fd00:1::5"):
        assert OWN.allows(ip_address(address), scheme=scheme)
    for address in (one for one in ADDRESSES if not one.startswith("10.1.")):
        assert not OWN.allows(ip_address(address), scheme=scheme)


def test_names_of_ones_own_network_are_decided_by_their_address_where_there_is_one() -> None:
    for url in (
        "http://hooks.internal:8080/",
        "http://10.1.2.3/",
        "https://[fd00:1::5]/",
        "https://example.com/",
    ):
        assert OWN.check_url(url) == url
    for url in ("http://10.2.0.1/", "https://127.0.0.1/", "http://8.8.8.8/"):
        with pytest.raises(FormatInvalid):
            OWN.check_url(url)


@pytest.mark.parametrize("address", ADDRESSES)
def test_in_development_every_address_is_allowed(address: str) -> None:
    assert DEVELOPMENT.allows(ip_address(address), scheme="http")


@pytest.mark.parametrize(
    "network",
    [
        "10.0.0.0/8",
        "10.1.2.3/32",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.168.7.0/24",
        "fd00::/8",
        "::1/128",
    ],
)
def test_a_network_of_ones_own_is_private(network: str) -> None:
    assert is_private_network(ip_network(network))


@pytest.mark.parametrize(
    "network",
    [
        "0.0.0.0/0",
        "8.8.8.0/24",
        "10.0.0.0/7",
        "169.254.0.0/16",
        "224.0.0.0/4",
        "::/0",
        "fe80::/10",
        "2000::/3",
    ],
)
def test_a_network_that_is_public_or_link_local_is_none_of_ones_own(network: str) -> None:
    assert not is_private_network(ip_network(network))
