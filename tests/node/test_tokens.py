"""@tenantry/server on tokens of a real server: what it lets through, and that it follows the store."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.api import JSON
from tests.support.clerk import CHECKS, ask_sdk
from tests.support.processes.node_apps import ask, conversation, environment
from tests.support.processes.session_tokens import (
    ADA,
    COMPANY,
    GRACE,
    LAB,
    MALLORY,
    Issuing,
    add_invoices,
    expired,
    issue_tokens,
    issuing,
    public_key,
)

pytestmark = pytest.mark.slow

# Answers about each line: {token, organization?, checks?, seconds?}, where the clock is `seconds` later.
READ = """
import { createInterface } from "node:readline";
import { createAuthenticator } from "@tenantry/server";

let later = 0;
const { auth } = createAuthenticator({ clock: () => Date.now() + later * 1000 });
for await (const line of createInterface({ input: process.stdin })) {
  const { token, organization, checks = [], seconds = 0 } = JSON.parse(line);
  later = seconds;
  const request = { headers: { authorization: `Bearer ${token}` } };
  const caller = await auth(request, { organization });
  const has = checks.map((check) => caller.has(check));
  const { sessionClaims, ...seen } = caller.toSnapshot();
  console.log(JSON.stringify({ ...seen, has, reason: caller.reason, isStale: caller.isStale }));
}
"""
GIVE_ROLE = """mutation($input: UpdateMembershipInput!) {
    updateMembership(input: $input) { userErrors { code } }
}"""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuing]:
    with issuing(tmp_path_factory.mktemp("issuing")) as here:
        add_invoices(here)
        yield here


def read(folder: Path, here: Issuing, *lines: JSON) -> list[Any]:
    return ask(folder, READ, here, lines)


def test_has_answers_as_the_original_sdk(here: Issuing, tmp_path: Path) -> None:
    tokens = issue_tokens(here)
    key = public_key(here, tokens[0])
    theirs = ask_sdk(tmp_path, key, [(token, CHECKS) for token in tokens])
    ours = read(tmp_path, here, *({"token": token, "checks": CHECKS} for token in tokens))

    assert len(tokens) == 20
    assert [one["has"] for one in ours] == [one["has"] for one in theirs]
    # In a token of the format V2, the order is that of its features.
    assert [sorted(one["orgPermissions"] or []) for one in ours] == [
        sorted(one["permissions"]) for one in theirs
    ]
    assert {answer for one in ours for answer in one["has"]} == {True, False}


def test_a_pending_session_is_signed_out(here: Issuing, tmp_path: Path) -> None:
    (seen,) = read(tmp_path, here, {"token": here.token(MALLORY), "checks": CHECKS})

    assert (seen["userId"], seen["sessionStatus"], seen["reason"]) == (
        None,
        "pending",
        "session-pending",
    )
    assert not any(seen["has"])


def test_a_token_that_has_expired_is_stale_and_a_forged_one_is_not(
    here: Issuing, tmp_path: Path
) -> None:
    good, old = here.token(ADA, COMPANY), expired(here)
    head, claims, _ = good.split(".")
    forged = f"{head}.{claims}.{old.split('.')[2]}"
    seen = read(tmp_path, here, *({"token": token} for token in (good, old, forged)))
    later = read(tmp_path, here, {"token": good, "seconds": 120})

    assert [one["reason"] for one in seen + later] == [
        None,
        "token-expired",
        "token-invalid-signature",
        "token-expired",
    ]
    assert [one["isStale"] for one in seen + later] == [False, True, False, True]
    assert [bool(one["userId"]) for one in seen + later] == [True, False, False, False]


def test_a_demoted_member_is_demoted_within_ten_seconds(here: Issuing, tmp_path: Path) -> None:
    # The token is for another organization, and says nothing about this one.
    line: JSON = {
        "token": here.token(GRACE, LAB),
        "organization": COMPANY,
        "checks": [{"role": "org:admin"}],
    }
    with conversation(tmp_path, READ, here) as say:
        user_id = say(line)["userId"]
        give_role(here, user_id, "org:admin")
        promoted = [say({**line, "seconds": seconds}) for seconds in (9, 11)]
        give_role(here, user_id, "org:member")
        demoted = [say({**line, "seconds": seconds}) for seconds in (20, 22)]

    assert [one["orgRole"] for one in promoted] == ["org:member", "org:admin"]
    assert [one["orgRole"] for one in demoted] == ["org:admin", "org:member"]
    assert [one["has"] for one in promoted + demoted] == [[False], [True], [True], [False]]
    assert demoted[-1]["organization"]["slug"] == COMPANY


def give_role(here: Issuing, user_id: str, role: str) -> None:
    given = {"organizationId": here.organization(COMPANY), "userId": user_id, "role": role}
    key = environment(here)["TENANTRY_SECRET_KEY"]
    answer = here.server.graphql(GIVE_ROLE, f"Bearer {key}", input=given).json()
    assert answer["data"]["updateMembership"]["userErrors"] == []
