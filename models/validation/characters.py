"""Which characters a text for people can hold: a rule of our own, the same on every Python."""

import re
from unicodedata import category

from models.validation.unassigned import UNASSIGNED

# Control characters, line and paragraph separators, and those that embed, override or isolate the
# direction of the text around them: programs interpret these instead of showing them.
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
# Surrogates and private code points are no characters that a reader could know.
MEANINGLESS = re.compile(f"[\ud800-\udfff\ue000-\uf8ff\U000f0000-\U0010ffff{UNASSIGNED}]")
SPACES = re.compile(r"[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
# What has no width and says nothing: soft hyphens, zero-width spaces and no-break spaces, marks of
# direction, invisible operators, deprecated and annotation characters.
INVISIBLE = re.compile(
    "[\u00ad\u061c\u200b\u200e\u200f\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb\U000e0001]"
)
# Characters that change their neighbors: joiners, and selectors of a variant (also of ideographs).
JOINERS = re.compile("[\u200c\u200d]")
SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# The tags that follow a black flag and end with the last one, as in the flag of Scotland.
FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f")
# The characters of keys, which a selector and U+20E3 make an emoji.
KEYCAPS = frozenset("#*0123456789")
MODIFIERS = re.compile(
    f"{FLAG.pattern}|{JOINERS.pattern}|{SELECTORS.pattern}|[\U000e0020-\U000e007f]"
)
# Characters that look like an empty space, although they are letters, marks or symbols.
BLANKS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200c\u200d\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)


def is_joinable(character: str) -> bool:
    """Whether a joiner can stand beside it: a letter, a mark, or a symbol such as an emoji.

    What this Python doesn't know yet is assumed to be one: it's assigned all the same.
    """
    kind = category(character)
    return kind[0] in "LM" or (kind in {"So", "Sk", "Cn"} and not character.isascii())


def clean_line(line: str) -> str:
    """Replaces each run of spaces by one, and drops what is invisible where it has no effect.

    Joiners stay between letters, marks and emoji; variation selectors after a visible character.
    """

    def is_effective(match: re.Match[str]) -> bool:
        text, before, after = match[0], line[: match.start()][-1:], line[match.end() :][:1]
        if FLAG.fullmatch(text):
            return True
        if SELECTORS.fullmatch(text):
            if before.isascii():
                return before in KEYCAPS
            return not (SPACES.fullmatch(before) or MODIFIERS.fullmatch(before))
        is_between = bool(JOINERS.fullmatch(text) and before and after)
        return is_between and is_joinable(before) and is_joinable(after)

    def keep(match: re.Match[str]) -> str:
        return match[0] if is_effective(match) else ""

    line, previous = INVISIBLE.sub("", line), None
    # What is dropped can leave its neighbor without effect.
    while line != previous:
        previous, line = line, MODIFIERS.sub(keep, line)
    return SPACES.sub(" ", line).strip()


def is_blank(text: str) -> bool:
    """Whether nothing of the text can be seen."""
    return not BLANKS.sub("", text).strip()
