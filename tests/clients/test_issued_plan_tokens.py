"""Plans in the tokens that the server issues from its database, as the vendor's SDK reads them."""

import json
import random
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from tests.support.api import JSON, Answer, Api, Caller
from tests.support.clerk import ask_sdk
from tests.support.data.billing import bill, make_feature, make_plan, subscribe, switch_billing
from tests.support.data.factories import Acme, a_member
from tests.support.data.roles import make_permission, make_role
from tests.support.data.sessions import bearer_of, membership_mode, mint, open_session, who

pytestmark = pytest.mark.slow

EDIT = "org:posts:edit"
MODELS = 12


async def load_public_key(api: Api) -> RSAPublicKey:
    """Loads the key as others do: from the key set of the server."""
    (described,) = (await api.client.get("/.well-known/jwks.json")).json()["keys"]
    key = jwt.PyJWK.from_json(json.dumps(described)).key
    assert isinstance(key, RSAPublicKey)
    return key


def token_in(answer: Answer) -> str:
    return answer.payload["token"]["jwt"]


async def an_editor(api: Api, acme: Acme, *permissions: str) -> Caller:
    """Adds a member whose role holds these custom permissions."""
    for key in permissions:
        await make_permission(api, key)
    await make_role(api, "org:editor", *permissions, initially=True)
    return await a_member(api, acme.id, "editor@example.com", "org:editor")


@pytest.mark.parametrize("format", ["V2", "V1"])
async def test_a_feature_that_is_added_to_the_plan_counts_in_the_next_token(
    api: Api, acme: Acme, tmp_path: Path, format: str
) -> None:
    """A role holds the permission, and the plan decides whether it counts."""
    editor = await an_editor(api, acme, EDIT)
    await switch_billing(api)
    await make_plan(api, "pro")
    await subscribe(api, acme.id, "pro")
    opened = await open_session(api, by=editor, format=format, organizationId=acme.id)
    session_id = opened.payload["session"]["id"]
    tokens = [token_in(opened)]
    for features in (["posts"], []):
        await bill(api, "updatePlan", "plan { key }", key="pro", features=features)
        tokens.append(token_in(await mint(api, session_id, by=editor, format=format)))

    checks = [{"permission": EDIT}, {"feature": "posts"}, {"role": "org:editor"}, {"plan": "pro"}]
    key = await load_public_key(api)
    answers = ask_sdk(tmp_path, key, [(token, checks) for token in tokens])

    assert [answer["has"] for answer in answers] == [
        [False, False, True, True],
        [True, True, True, True],
        [False, False, True, True],
    ]


@pytest.mark.parametrize("format", ["V2", "V1"])
async def test_the_plan_of_a_user_opens_nothing_in_an_organization(
    api: Api, acme: Acme, tmp_path: Path, format: str
) -> None:
    """EN1: the organization has paid for nothing, and its member for everything."""
    editor = await an_editor(api, acme, EDIT)
    await membership_mode(api, "OPTIONAL")
    await switch_billing(api)
    await make_feature(api, "export")
    await make_plan(api, "company")
    await make_plan(api, "plus", "export", "posts", payerType="USER")
    await subscribe(api, acme.id, "company")
    await bill(api, "setSubscription", userId=editor.id, plan="plus")
    organizations: list[JSON] = [{"organizationId": acme.id}, {}]
    tokens = [
        token_in(await open_session(api, by=editor, format=format, **chosen))
        for chosen in organizations
    ]

    checks = [
        {"feature": "export"},
        {"feature": "u:export"},
        {"feature": "posts"},
        {"plan": "plus"},
        {"plan": "u:plus"},
        {"permission": EDIT},
    ]
    key = await load_public_key(api)
    inside, outside = ask_sdk(tmp_path, key, [(token, checks) for token in tokens])

    assert inside["has"] == [False] * 6
    assert outside["has"] == [True] * 5 + [False]


async def test_the_sdk_decodes_what_the_database_holds(
    api: Api, acme: Acme, tmp_path: Path
) -> None:
    """EN2: features that are plain, granted, or both, in every order that their keys sort in."""
    chance = random.Random(7)
    names = ["0", "_", "a", "a_b", "org", "sys", "z" * 20]
    held = [f"org:{name}:{action}" for name in names for action in ("a", "read", "z_9")]
    editor = await an_editor(api, acme, "org:posts:read", *held)
    await switch_billing(api)
    plain = ["-", "a-b", "sys-", "zz-"]
    for name in plain:
        await make_feature(api, name)
    await make_plan(api, "pro")
    await subscribe(api, acme.id, "pro")
    features = sorted([*names, *plain, "posts"])
    questions: list[tuple[str, list[JSON]]] = []
    expected: list[tuple[list[str], list[bool]]] = []
    for _ in range(MODELS):
        in_plan = [name for name in features if chance.random() < 0.5]
        granted = [key for key in held if chance.random() < 0.5]
        await bill(api, "updatePlan", key="pro", features=in_plan)
        await bill(api, "updateRole", key="org:editor", permissions=granted)
        opened = await open_session(api, by=editor, format="V2", organizationId=acme.id)
        membership = (await who(api, by=bearer_of(opened)))["activeMembership"]
        questions.append((token_in(opened), [{"feature": name} for name in features]))
        expected.append((membership["permissions"], [name in in_plan for name in features]))

    answers = ask_sdk(tmp_path, await load_public_key(api), questions)

    assert [(sorted(one["permissions"]), one["has"]) for one in answers] == expected
