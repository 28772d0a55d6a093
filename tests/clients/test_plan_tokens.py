"""Plans and features in tokens, as the vendor's own SDK reads them (rule 44)."""

import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import pytest

from models.plans import PayerType
from resolvers.authority.plan_gate import filter_by_features
from resolvers.sessions.claims import (
    ActiveOrganization,
    ActivePlan,
    TokenContent,
    TokenFormat,
    make_claims,
)
from tests.support.api import JSON
from tests.support.clerk import ask_sdk
from tests.support.servers.tokens import rsa_key

KEY = rsa_key()
MODELS = 500
ISSUER = "https://orgs.example.com"


def sign(
    format: TokenFormat,
    plan: ActivePlan | None,
    permissions: frozenset[str] | None = None,
) -> str:
    """Signs a token of an organization whose member has these permissions, or of none."""
    now = datetime.now(UTC)
    organization = None
    if permissions is not None:
        organization = ActiveOrganization("org_1", "acme", "org:editor", permissions)
    content = TokenContent(
        ISSUER, "user_1", "sess_1", False, now, None, organization, [], now, plan
    )
    return jwt.encode(make_claims(format, content), KEY, algorithm="RS256")


def ask(tmp_path: Path, questions: list[tuple[str, list[JSON]]]) -> list[Any]:
    return ask_sdk(tmp_path, KEY.public_key(), questions)


CHECKS: list[JSON] = [
    {"plan": "pro"},
    {"plan": "o:pro"},
    {"plan": "u:pro"},
    {"feature": "export"},
    {"feature": "o:export"},
    {"feature": "u:export"},
    {"permission": "org:posts:edit"},
]
POSTS = frozenset({"org:posts:edit", "org:sys_memberships:read"})


@pytest.mark.parametrize("format", [TokenFormat.V2, TokenFormat.V1])
def test_the_sdk_reads_plans_and_features(tmp_path: Path, format: TokenFormat) -> None:
    """EN1: what a person has bought opens nothing in an organization."""
    of_company = ActivePlan(PayerType.ORGANIZATION, "pro", frozenset({"export", "posts"}))
    of_person = ActivePlan(PayerType.USER, "pro", frozenset({"export"}))
    bare = ActivePlan(PayerType.ORGANIZATION, "free_org", frozenset())

    answers = ask(
        tmp_path,
        [
            (sign(format, of_company, POSTS), CHECKS),
            (sign(format, bare, filter_by_features(POSTS, bare.features)), CHECKS),
            (sign(format, of_person), CHECKS),
            (sign(format, None, POSTS), CHECKS),
        ],
    )

    assert [answer["has"] for answer in answers] == [
        [True, True, False, True, True, False, True],
        [False] * 7,
        [True, False, True, True, False, True, False],
        [False, False, False, False, False, False, True],
    ]


def test_the_sdk_decodes_what_the_store_holds(tmp_path: Path) -> None:
    """EN2: keys of every allowed shape, in random plans and roles."""
    chance = random.Random(7)
    letters = "abcz09_"
    models: list[tuple[frozenset[str], frozenset[str]]] = []
    for _ in range(MODELS):
        names = ["".join(chance.choices(letters, k=chance.randint(1, 9))) for _ in range(6)]
        dashed = [f"{name}-x" for name in names[:2]]
        actions = ["".join(chance.choices(letters, k=chance.randint(1, 6))) for _ in range(3)]
        held = {
            f"org:{feature}:{action}"
            for feature in [*names, "sys_memberships", "sys_profile"]
            for action in actions
            if chance.random() < 0.4
        }
        features = {name for name in [*names, *dashed] if chance.random() < 0.5}
        models.append((frozenset(held), frozenset(features)))

    questions: list[tuple[str, list[JSON]]] = []
    for held, features in models:
        plan = ActivePlan(PayerType.ORGANIZATION, "pro", features)
        checks: list[JSON] = [{"feature": name} for name in sorted(features)]
        questions.append((sign(TokenFormat.V2, plan, filter_by_features(held, features)), checks))
    answers = ask(tmp_path, questions)

    for (held, features), answer in zip(models, answers, strict=True):
        assert sorted(answer["permissions"]) == sorted(filter_by_features(held, features))
        assert answer["has"] == [True] * len(features)
