"""E-mail addresses: what is the same, what is different, what is refused (rule 11)."""

import string
import sys
from unicodedata import normalize

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models.errors.input import FormatInvalid
from models.validation.addresses import normalize_address
from models.validation.characters import CONTROLS

SAME = [
    ("victim@corp.test", "VICTIM@corp.test"),
    ("victim@corp.test", "victim@CORP.test"),
    ("victim@corp.test", "ViCtIm@CoRp.TeSt"),
    ("jos\u00e9@corp.test", "jose\u0301@corp.test"),
    ("jos\u00e9@corp.test", "JOS\u00e9@corp.test"),
    ("\u01f0@corp.test", "j\u030c@corp.test"),
    ("\u01f0@corp.test", "J\u030c@corp.test"),
    ("a@b\u00fccher.example", "a@bu\u0308cher.example"),
    ("a@b\u00fccher.example", "a@xn--bcher-kva.example"),
    ("a@b\u00fccher.example", "A@XN--BCHER-KVA.Example"),
    ("a@b\u00fccher.example", "A@B\u00dcCHER.example"),
    ("a@b\u00fccher.example", "A@BU\u0308CHER.EXAMPLE"),
    ("a@stra\u00dfe.example", "a@STRA\u1e9eE.example"),
    ("a@kelvin.test", "a@\u212aelvin.test"),
    ("a@corp.test", "a@corp\u3002test"),
    ("a@corp.test", "a@corp\uff0etest"),
    ("a@corp.test", "a@corp\uff61test"),
    ("a@corp.test", "a@\uff43orp.test"),
    ("a@\u4f8b\u3048.\u30c6\u30b9\u30c8", "a@xn--r8jz45g.xn--zckzah"),
]

DIFFERENT = [
    ("victim@corp.test", "v\u0131ctim@corp.test"),
    ("victim@corp.test", "v\u0130ctim@corp.test"),
    ("victim@corp.test", "\uff56ictim@corp.test"),
    ("victim@corp.test", "\u0475ictim@corp.test"),
    ("victim@corp.test", "victi\u0307m@corp.test"),
    ("victim@corp.test", "victim@corp.test.test"),
    ("victim@corp.test", "victim@c\u043erp.test"),
    ("victim@corp.test", "victim+tag@corp.test"),
    ("victim@corp.test", "v.ictim@corp.test"),
    ("victim@corp.test", "vi-ctim@corp.test"),
    ("victim@corp.test", "victim@mail.corp.test"),
    ("stra\u00dfe@corp.test", "strasse@corp.test"),
    ("a@stra\u00dfe.example", "a@strasse.example"),
    ("\u00c9va@corp.test", "\u00e9va@corp.test"),
    ("\u03c3@corp.test", "\u03c2@corp.test"),
    ("o\ufb03ce@corp.test", "office@corp.test"),
    ("e\u0301@corp.test", "e@corp.test"),
]

REFUSED = [
    "",
    "@",
    "a",
    "a@",
    "@corp.test",
    "a@@corp.test",
    "a@b@corp.test",
    "a@localhost",
    "a@corp",
    "a@.",
    "a@.test",
    "a@corp..test",
    "a@corp.test.",
    "a@-corp.test",
    "a@corp-.test",
    "a@co_rp.test",
    "a@co rp.test",
    "a@127.0.0.1",
    "a@[127.0.0.1]",
    "a@[::1]",
    "a@co*rp.test",
    "a@corp.test:25",
    "a@corp.test/x",
    "a@\u00fc-.test",
    "a@ab--\u00fc.test",
    "a@corp\uff20evil.test",
    "a@corp\u2100evil.test",
    "a@\ufdfa.test" * 20,
    "a@xn--.test",
    "a@xn--abc.test",
    "a@xn--a-.test",
    f"a@{'x' * 64}.test",
    f"a@{'x.' * 126}test",
    f"{'x' * 250}@corp.test",
    "a" * 300_000,
    " a@corp.test",
    "a@corp.test ",
    "a b@corp.test",
    "a\t@corp.test",
    "a@corp.test\r\nBcc: b@corp.test",
    "a@corp.test\n",
    "a\x00@corp.test",
    "a\x7f@corp.test",
    "a\u0085@corp.test",
    "a\u00a0@corp.test",
    "a\u2028@corp.test",
    "a\u200b@corp.test",
    "a\u200d@corp.test",
    "a\u202e@corp.test",
    "a\ufeff@corp.test",
    "a\u00ad@corp.test",
    "a\ud800@corp.test",
    "a@corp.test,b@corp.test",
    "a@corp.test;b@corp.test",
    "a,b@corp.test",
    "a;b@corp.test",
    "Ada <a@corp.test>",
    "<a@corp.test>",
    '"a b"@corp.test',
    '"a"@corp.test',
    "a\\@corp.test",
    "a(comment)@corp.test",
    "mailto:a@corp.test",
    "a:b@corp.test",
    "\u212aelvin@corp.test",
    "\u212ae\u0301vin@corp.test",
    "\u212a\u0327@corp.test",
    "a\u037eb@corp.test",
    "a\u1fefb@corp.test",
    "a@cor\u0131\u0307p\u200c.test",
    "a\uff20corp.test",
    "a@corp.test\uff20evil.test",
    "=?utf-8?q?a=0ABcc=3A_x?=@corp.test",
    "=?UTF-8?B?YQ==?=@corp.test",
    "a=?utf-8*en?q?b?=c@corp.test",
    "a=??q?b@corp.test",
    "a@=?utf-8?q?corp.test?=",
]


def test_an_address_has_254_characters_at_most() -> None:
    longest = f"{'x' * 244}@corp.test"

    assert normalize_address(longest) == longest
    with pytest.raises(FormatInvalid):
        normalize_address(f"x{longest}")


def test_a_domain_is_not_too_long_once_it_is_encoded() -> None:
    label = "ü" * 8

    assert normalize_address(f"a@{label}.example")
    with pytest.raises(FormatInvalid):
        normalize_address(f"a@{'.'.join([label] * 25)}.example")


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_address_are_the_same(one: str, other: str) -> None:
    assert one != other
    assert normalize_address(one) == normalize_address(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_addresses_that_look_alike_are_different(one: str, other: str) -> None:
    assert normalize_address(one) != normalize_address(other)


@pytest.mark.parametrize("address", REFUSED, ids=range(len(REFUSED)))
def test_what_is_no_single_address_is_refused(address: str) -> None:
    with pytest.raises(FormatInvalid) as refused:
        normalize_address(address)

    assert refused.value.field == ["input", "emailAddress"]
    assert len(str(refused.value)) < 800
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    "address",
    [
        "a@b.co",
        "o'hara@example.com",
        "a!#$%&'*+-/=?^_`{|}~@example.com",
        "a=?utf-8?x?b?=@b.co",
        "1@2.example",
        "a@r3---sn.example",
        "a@ab--cd.example",
        "a@ab--cd.xn--bcher-kva.example",
        "\u7528\u6237@b.co",
    ],
)
def test_unusual_addresses_are_addresses(address: str) -> None:
    assert normalize_address(address) == address


def test_only_three_letters_turn_into_ascii_and_all_of_them_are_refused() -> None:
    letters = [chr(number) for number in range(128, sys.maxunicode + 1)]
    turning = [one for one in letters if any(part.isascii() for part in normalize("NFC", one))]

    assert turning == ["\u037e", "\u1fef", "\u212a"]
    for one in turning:
        with pytest.raises(FormatInvalid):
            normalize_address(f"{one}@corp.test")


EXAMPLES = settings(deadline=None, database=None, max_examples=300)
TEXT = st.text(
    st.sampled_from(
        "aAbBkKe\u00e9\u00c9\u0301\u030cjJ\u0131\u0130\u212a\u00df\uff41+.-\u00e5\u212b\u1e9b\u0323s"
    )
)
HOSTS = st.sampled_from(
    [
        "corp.test",
        "Corp.TEST",
        "b\u00fccher.example",
        "bu\u0308cher.example",
        "xn--bcher-kva.example",
    ]
)


@st.composite
def addresses(draw: st.DrawFn) -> str:
    """What may be an address: half of them from letters that are odd, half from any."""
    local = draw(st.one_of(TEXT, st.text(max_size=12)))
    return f"{local}@{draw(HOSTS)}"


def key_or_none(address: str) -> str | None:
    try:
        return normalize_address(address)
    except FormatInvalid:
        return None


@EXAMPLES
@given(addresses())
def test_a_key_is_its_own_key(address: str) -> None:
    key = key_or_none(address)
    assume(key is not None)
    assert key
    assert normalize_address(key) == key


@EXAMPLES
@given(addresses())
def test_a_key_holds_no_letter_that_the_address_does_not(address: str) -> None:
    key = key_or_none(address)
    assume(key is not None)
    assert key
    local, typed = key.rpartition("@")[0], address.rpartition("@")[0]
    lower = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
    assert normalize("NFD", local).translate(lower) == normalize("NFD", typed).translate(lower)
    assert sum(one.isascii() for one in local) <= sum(one.isascii() for one in typed)


@EXAMPLES
@given(addresses())
def test_canonically_equal_texts_are_one_address(address: str) -> None:
    assert key_or_none(normalize("NFC", address)) == key_or_none(normalize("NFD", address))


@EXAMPLES
@given(st.text(max_size=300))
def test_any_text_has_a_key_or_is_refused(address: str) -> None:
    key = key_or_none(address)

    assert key is None or (key.count("@") == 1 and not CONTROLS.search(key) and " " not in key)
