"""What a command prints when it fails is red on a terminal that wants colors, and only there."""

import io
import sys

import pytest

from server.cli.runtime.failures import fail

PLAIN = "No file \\x1b[2J\n"
RED = f"\x1b[31m\x1b[1m{PLAIN[:-1]}\x1b[0m\n"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("output", "environment", "expected"),
    [
        (Terminal(), {}, RED),
        (Terminal(), {"NO_COLOR": ""}, RED),
        (Terminal(), {"NO_COLOR": "1"}, PLAIN),
        (Terminal(), {"TERM": "dumb"}, PLAIN),
        (io.StringIO(), {}, PLAIN),
    ],
)
def test_a_failure_is_red_where_colors_are_wanted(
    monkeypatch: pytest.MonkeyPatch,
    output: io.StringIO,
    environment: dict[str, str],
    expected: str,
) -> None:
    for name, value in ({"NO_COLOR": "", "TERM": "xterm"} | environment).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stderr", output)

    assert fail("No file \x1b[2J").exit_code == 2
    assert output.getvalue() == expected
