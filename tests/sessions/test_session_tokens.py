"""Session tokens as a credential: they name the session, and decide nothing (rules 10, 28 to 30)."""

import hmac
from collections.abc import Callable

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from server.identity.authenticator import Authenticator, make_own_provider
from server.identity.signing import GivenKeys, TokenSigner, make_key, make_signer
from server.identity.tokens import InvalidCredential
from tests.conftest import settings
from tests.support.api import JSON, SECRET_KEY, SERVICE, Answer, Api, Caller, test_issuer
from tests.support.application import make_application
from tests.support.data.factories import Acme, a_member, a_role, an_organization
from tests.support.data.invitations import accept, again, codes, invited, unchanged
from tests.support.data.rows import write
from tests.support.data.sessions import (
    a_session,
    bearer_of,
    choose,
    claims_in,
    end,
    membership_mode,
    mint,
    open_session,
    revoke,
    session,
    who,
)
from tests.support.servers.tokens import (
    assert_refused,
    assert_tokens_refused,
    base64url,
    bearer,
    caller_of,
    part,
    rsa_key,
    signed,
)

ORIGIN = "https://app.example.com"
OWN_ISSUER = "http://127.0.0.1:8000"


def token_of(caller: Caller) -> str:
    return (caller.authorization or "").removeprefix("Bearer ")


async def rename(api: Api, acme: Acme, *, by: Caller) -> Answer:
    return await api.mutate("updateOrganization", {"organizationId": acme.id, "name": "New"}, by=by)


# ---------------------------------------------------------------------------------------- who it is


async def test_a_session_token_tells_the_active_organization(api: Api, acme: Acme) -> None:
    opened = await open_session(api, by=acme.admin, organizationId=acme.id)

    answer = await api.send("sessions", by=bearer_of(opened))

    viewer = answer.data["viewer"]
    assert viewer["session"] == {"id": opened.payload["session"]["id"], "status": "ACTIVE"}
    assert viewer["activeOrganization"]["id"] == acme.id
    assert viewer["activeMembership"]["role"] == {"key": "org:admin"}
    assert "org:sys_memberships:manage" in viewer["activeMembership"]["permissions"]
    assert viewer["user"]["sessions"]["totalCount"] == 1


async def test_an_identity_token_has_no_session(api: Api, acme: Acme) -> None:
    assert (await open_session(api, by=acme.admin, organizationId=acme.id)).payload

    viewer = await who(api, by=acme.admin)

    assert viewer == {
        "user": {"id": acme.admin.id},
        "session": None,
        "activeOrganization": None,
        "activeMembership": None,
    }


@pytest.mark.parametrize("format", ["V2", "V1", "LEGACY"])
async def test_every_format_is_a_credential(api: Api, acme: Acme, format: str) -> None:
    opened = await open_session(api, by=acme.admin, organizationId=acme.id, format=format)

    viewer = await who(api, by=bearer_of(opened))

    assert viewer["activeOrganization"] == {"id": acme.id}
    assert (await rename(api, acme, by=bearer_of(opened))).payload


@pytest.mark.both_databases
async def test_two_tabs_hold_tokens_for_two_organizations_at_once(api: Api, acme: Acme) -> None:
    second = await an_organization(api, by=acme.admin, name="Second")
    session_id = await a_session(api, by=acme.admin, organizationId=acme.id)

    async with unchanged(api):
        one = await mint(api, session_id, by=acme.admin, organizationId=acme.id)
        two = await mint(api, session_id, by=acme.admin, organizationId=second)
        seen = [
            (await who(api, by=bearer_of(tab)))["activeOrganization"]["id"]
            for tab in (one, two, one)
        ]

    assert seen == [acme.id, second, acme.id]
    assert claims_in(one)["sid"] == claims_in(two)["sid"] == session_id
    assert two.payload["session"]["lastActiveOrganization"] == {"id": acme.id}
    assert claims_in(await mint(api, session_id, by=acme.admin))["o"]["id"] == acme.id


async def test_one_tab_may_be_in_the_personal_account_where_membership_is_optional(
    api: Api, acme: Acme
) -> None:
    session_id = await a_session(api, by=acme.admin, organizationId=acme.id)
    required = await mint(api, session_id, by=acme.admin, organizationId=None)
    await membership_mode(api, "OPTIONAL")

    optional = await mint(api, session_id, by=acme.admin, organizationId=None)

    assert claims_in(required)["o"]["id"] == acme.id
    assert "o" not in claims_in(optional)
    assert claims_in(optional)["sts"] == "active"
    assert (await who(api, by=bearer_of(optional)))["activeOrganization"] is None
    assert optional.payload["session"]["lastActiveOrganization"] == {"id": acme.id}


async def test_a_token_is_minted_only_for_an_organization_of_the_caller(
    api: Api, acme: Acme
) -> None:
    theirs = await an_organization(api, by=acme.outsider, name="Theirs")
    session_id = await a_session(api, by=acme.admin)

    async with unchanged(api):
        refused = await mint(api, session_id, by=acme.admin, organizationId=theirs)
        never = await mint(
            api, session_id, by=acme.admin, organizationId="org_01m803rqhgwgafn17w2nqwqyh5"
        )

    assert refused.body == never.body
    assert (refused.code, refused.reason) == ("NOT_FOUND", "organization_not_found_or_unauthorized")


async def test_a_token_with_an_organization_is_not_pending(api: Api, acme: Acme) -> None:
    session_id = await a_session(api, by=acme.admin)

    tab = await mint(api, session_id, by=acme.admin, organizationId=acme.id)

    assert (claims_in(tab)["sts"], claims_in(tab)["o"]["id"]) == ("active", acme.id)
    assert tab.payload["session"]["status"] == "PENDING"


# ----------------------------------------------------------------------------------- identity token

KEPT_UP: dict[str, Callable[[str, Acme], JSON]] = {
    "createSession": lambda session_id, acme: {"organizationId": acme.id},
    "createSessionToken": lambda session_id, acme: {"sessionId": session_id},
    "setActiveOrganization": lambda session_id, acme: {
        "sessionId": session_id,
        "organizationId": acme.id,
    },
}


@pytest.mark.parametrize("mutation", KEPT_UP)
async def test_a_session_is_kept_up_only_by_an_identity_token(
    api: Api, acme: Acme, mutation: str
) -> None:
    opened = await open_session(api, by=acme.admin)
    input = KEPT_UP[mutation](opened.payload["session"]["id"], acme)

    async with unchanged(api):
        refused = await api.mutate(
            mutation, input, "session { id } token { jwt }", by=bearer_of(opened)
        )

    assert (refused.code, refused.reason) == ("FORBIDDEN", "identity_token_required")
    assert refused.body["data"] == {mutation: None}
    assert (
        await api.mutate(mutation, input, "session { id } token { jwt }", by=acme.admin)
    ).payload


# ------------------------------------------------------------------------------------------ at once


@pytest.mark.parametrize("how", ["ended", "ended by itself", "revoked", "expired", "user deleted"])
async def test_a_session_that_is_over_is_refused_at_once(api: Api, acme: Acme, how: str) -> None:
    opened = await open_session(api, by=acme.member, organizationId=acme.id)
    session_id, holder = opened.payload["session"]["id"], bearer_of(opened)
    if how == "expired":
        api.clock.forward(days=6, hours=23, minutes=59, seconds=30)
        holder = bearer_of(await mint(api, session_id, by=await again(api, acme.member)))
    assert (await who(api, by=holder))["user"] == {"id": acme.member.id}

    match how:
        case "ended":
            assert (await end(api, session_id, by=acme.member)).payload
        case "ended by itself":
            assert (await end(api, session_id, by=holder)).payload
        case "revoked":
            assert (await revoke(api, session_id)).payload
        case "expired":
            api.clock.forward(seconds=30)
        case _:
            assert (await api.mutate("deleteUser", {"userId": acme.member.id}, by=SERVICE)).payload

    await assert_refused(api, holder.authorization or "")


async def test_a_deleted_user_comes_back_as_a_new_one_without_sessions(
    api: Api, acme: Acme
) -> None:
    opened = await open_session(api, by=acme.member, organizationId=acme.id)
    await api.mutate("deleteUser", {"userId": acme.member.id}, by=SERVICE)

    returned = await again(api, acme.member)

    assert returned.id != acme.member.id
    await assert_refused(api, bearer_of(opened).authorization or "")
    assert codes(await mint(api, opened.payload["session"]["id"], by=returned)) == [
        "resource_not_found"
    ]


async def take_away(api: Api, acme: Acme, how: str, holder: Caller) -> None:
    which = {"organizationId": acme.id}
    match how:
        case "removed":
            removed = {**which, "userId": acme.member.id}
            assert (await api.mutate("removeMembership", removed, by=acme.admin)).payload
        case "left":
            assert (await api.mutate("leaveOrganization", which, by=holder)).payload
        case _:
            assert (await api.mutate("deleteOrganization", which, by=acme.admin)).payload


@pytest.mark.parametrize("mode", ["REQUIRED", "OPTIONAL"])
@pytest.mark.parametrize("how", ["removed", "left", "organization deleted"])
async def test_who_is_no_member_any_more_has_lost_the_organization_at_once(
    api: Api, acme: Acme, how: str, mode: str
) -> None:
    await membership_mode(api, mode)
    second = await an_organization(api, by=acme.member, name="Second")
    elsewhere = await a_session(api, by=acme.member, organizationId=second)
    opened = await open_session(api, by=acme.member, organizationId=acme.id)
    session_id, holder = opened.payload["session"]["id"], bearer_of(opened)
    colleague = await a_session(api, by=acme.admin, organizationId=acme.id)
    assert (await who(api, by=holder))["activeOrganization"] == {"id": acme.id}

    await take_away(api, acme, how, holder)

    status = "PENDING" if mode == "REQUIRED" else "ACTIVE"
    assert await who(api, by=holder) == {
        "user": {"id": acme.member.id},
        "session": {"id": session_id, "status": status},
        "activeOrganization": None,
        "activeMembership": None,
    }
    assert (await rename(api, acme, by=holder)).code == "NOT_FOUND"
    minted = await mint(api, session_id, by=acme.member)
    assert minted.payload["session"]["lastActiveOrganization"] is None
    assert "o" not in claims_in(minted)
    assert claims_in(minted)["sts"] == status.lower()
    assert (await session(api, elsewhere))["lastActiveOrganization"] == {"id": second}
    if how != "organization deleted":
        assert (await session(api, colleague))["lastActiveOrganization"] == {"id": acme.id}


async def test_who_joins_again_finds_no_session_in_the_organization(api: Api, acme: Acme) -> None:
    session_id = await a_session(api, by=acme.member, organizationId=acme.id)
    await take_away(api, acme, "removed", acme.member)

    await a_member(api, acme.id, acme.member)

    assert (await session(api, session_id))["status"] == "PENDING"


async def test_the_role_in_a_stale_token_decides_nothing(api: Api, acme: Acme) -> None:
    second = await a_member(api, acme.id, "second@example.com", "org:admin")
    demoted = bearer_of(await open_session(api, by=second, organizationId=acme.id))
    promoted = bearer_of(await open_session(api, by=acme.member, organizationId=acme.id))
    assert (await rename(api, acme, by=demoted)).payload
    assert (await rename(api, acme, by=promoted)).code == "FORBIDDEN"
    roles = {second.id: "org:member", acme.member.id: "org:admin"}
    for user_id, role in roles.items():
        changed = {"organizationId": acme.id, "userId": user_id, "role": role}
        assert (await api.mutate("updateMembership", changed, by=acme.admin)).payload

    async with unchanged(api):
        refused = await rename(api, acme, by=demoted)

    assert (refused.code, refused.reason) == ("FORBIDDEN", "missing_organization_permission")
    assert (
        await api.mutate(
            "updateOrganization", {"organizationId": acme.id, "name": "Newer"}, by=promoted
        )
    ).payload
    assert (await who(api, by=demoted))["activeMembership"]["role"] == {"key": "org:member"}


async def test_the_next_token_has_the_new_role(api: Api, acme: Acme) -> None:
    session_id = await a_session(api, by=acme.member, organizationId=acme.id)
    await a_role(api, "org:editor", ["org:sys_domains:read"])
    changed = {"organizationId": acme.id, "userId": acme.member.id, "role": "org:editor"}
    assert (await api.mutate("updateMembership", changed, by=acme.admin)).payload

    claims = claims_in(await mint(api, session_id, by=acme.member))

    assert claims["o"]["rol"] == "editor"
    assert (claims["fea"], claims["o"]["per"], claims["o"]["fpm"]) == ("o:sys_domains", "read", "1")


# --------------------------------------------------------------------------------- pending sessions


async def test_creating_an_organization_activates_the_session_of_the_token_alone(
    api: Api, acme: Acme
) -> None:
    opened = await open_session(api, by=acme.outsider)
    other = await a_session(api, by=acme.outsider)

    created = await an_organization(api, by=bearer_of(opened), name="Mine")

    session_id = opened.payload["session"]["id"]
    assert (await session(api, session_id))["lastActiveOrganization"] == {"id": created}
    assert (await session(api, session_id))["status"] == "ACTIVE"
    assert (await session(api, other))["status"] == "PENDING"
    assert claims_in(await mint(api, session_id, by=acme.outsider))["o"]["id"] == created
    await an_organization(api, by=bearer_of(opened), name="Another")
    assert (await session(api, session_id))["lastActiveOrganization"] == {"id": created}


async def test_accepting_an_invitation_activates_the_session_of_the_token_alone(
    api: Api, acme: Acme
) -> None:
    invitation = await invited(api, acme.id, acme.outsider.email, by=acme.admin)
    opened = await open_session(api, by=acme.outsider)
    other = await a_session(api, by=acme.outsider)

    assert (await accept(api, by=bearer_of(opened), invitationId=invitation["id"])).payload

    joined = await session(api, opened.payload["session"]["id"])
    assert (joined["status"], joined["lastActiveOrganization"]) == ("ACTIVE", {"id": acme.id})
    assert (await session(api, other))["status"] == "PENDING"


async def test_an_identity_token_activates_no_session(api: Api, acme: Acme) -> None:
    session_id = await a_session(api, by=acme.outsider)

    await an_organization(api, by=acme.outsider, name="Mine")

    assert (await session(api, session_id))["status"] == "PENDING"


async def test_a_personal_account_stays_where_it_is(api: Api, acme: Acme) -> None:
    await membership_mode(api, "OPTIONAL")
    opened = await open_session(api, by=acme.outsider)

    await an_organization(api, by=bearer_of(opened), name="Mine")

    assert (await session(api, opened.payload["session"]["id"]))["lastActiveOrganization"] is None


# ------------------------------------------------------------------------------------------- claims


async def test_the_older_formats_list_the_newest_memberships_first(api: Api, acme: Acme) -> None:
    second = await an_organization(api, by=acme.member, name="Second")
    session_id = await a_session(api, by=acme.member, organizationId=acme.id)

    v1 = claims_in(await mint(api, session_id, by=acme.member, format="V1"))
    legacy = claims_in(
        await mint(api, session_id, by=acme.member, format="LEGACY", organizationId=second)
    )

    assert (v1["org_id"], v1["org_slug"], v1["org_role"]) == (acme.id, "acme", "org:member")
    assert v1["org_permissions"] == ["org:sys_billing:read", "org:sys_memberships:read"]
    assert list(v1["orgs"].items()) == [(second, "org:admin"), (acme.id, "org:member")]
    assert (legacy["org_id"], legacy["org_role"]) == (second, "admin")
    assert list(legacy["orgs"].items()) == [(second, "admin"), (acme.id, "basic_member")]


async def test_a_token_that_would_be_too_large_is_refused_and_no_session_opened(
    api: Api, acme: Acme
) -> None:
    keys = [f"org:a_rather_long_feature_name_{number}:manage" for number in range(200)]
    moment = {"created_at": api.clock(), "updated_at": api.clock()}
    rows = [
        {"id": f"perm_{number}", "key": key, "name": key, **moment}
        for number, key in enumerate(keys)
    ]
    await write(api.store, permission=rows)
    await a_role(api, "org:everything", keys)
    changed = {"organizationId": acme.id, "userId": acme.member.id, "role": "org:everything"}
    assert (await api.mutate("updateMembership", changed, by=SERVICE)).payload

    async with unchanged(api):
        answer = await open_session(api, by=acme.member, organizationId=acme.id)

    (error,) = answer.user_errors
    assert (error["code"], error["meta"]["claim"]) == ("token_too_large", "fea")
    assert answer.body["data"]["createSession"]["session"] is None


def with_origins(api: Api) -> Api:
    """The same instance, for the frontends of an origin."""
    chosen = settings(
        env="development",
        identity_issuers=(test_issuer(),),
        secret_keys=(SECRET_KEY,),
        allowed_origins=(ORIGIN,),
    )
    return Api(make_application(chosen, store=api.store, clock=api.clock), api.store, api.clock)


@pytest.mark.parametrize("origin", [ORIGIN, "https://evil.example.com", None])
async def test_the_origin_of_the_page_is_in_the_token_if_it_is_one_of_ours(
    api: Api, acme: Acme, origin: str | None
) -> None:
    frontends = with_origins(api)
    if origin:
        frontends.client.headers["origin"] = origin
    opened = await open_session(frontends, by=acme.admin)
    session_id = opened.payload["session"]["id"]

    minted = [opened, await mint(frontends, session_id, by=acme.admin)]
    minted.append(await choose(frontends, session_id, by=acme.admin, organizationId=acme.id))

    assert [claims_in(one).get("azp") for one in minted] == [
        origin if origin == ORIGIN else None
    ] * 3
    await frontends.client.aclose()


# ------------------------------------------------------------------------------------------ attacks


async def own_claims(api: Api, acme: Acme) -> JSON:
    """Good claims of an open session."""
    return claims_in(await open_session(api, by=acme.admin, organizationId=acme.id))


async def sign_as_we_do(api: Api, claims: JSON) -> str:
    chosen = settings(env="development", identity_issuers=(test_issuer(),))
    return await make_signer(chosen, api.server).sign(claims)


WRONG: dict[str, Callable[[Acme], JSON]] = {
    "the subject is somebody else": lambda acme: {"sub": acme.member.id},
    "the subject is nobody": lambda acme: {"sub": None},
    "the session is another": lambda acme: {"sid": "sess_01m803rqhgwgafn17w2nqwqyh5"},
    "the session is a list": lambda acme: {"sid": ["sess_01m803rqhgwgafn17w2nqwqyh5"]},
    "it is for an audience": lambda acme: {"aud": "tenantry"},
    "it is of another issuer": lambda acme: {"iss": "http://127.0.0.1:8000/"},
    "it never expires": lambda acme: {"exp": None},
}


async def test_a_token_like_ours_is_a_credential(api: Api, acme: Acme) -> None:
    viewer = await who(api, by=bearer(await sign_as_we_do(api, await own_claims(api, acme))))

    assert viewer["activeOrganization"] == {"id": acme.id}


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_token_of_our_key_with_a_wrong_claim_is_refused(
    api: Api, acme: Acme, wrong: str
) -> None:
    claims = await own_claims(api, acme) | WRONG[wrong](acme)

    await assert_tokens_refused(
        api,
        await sign_as_we_do(
            api, {name: value for name, value in claims.items() if value is not None}
        ),
    )


async def test_an_organization_that_is_claimed_is_a_default_and_no_membership(
    api: Api, acme: Acme
) -> None:
    claims = claims_in(await open_session(api, by=acme.outsider)) | {
        "o": {"id": acme.id, "rol": "admin"}
    }

    holder = bearer(await sign_as_we_do(api, claims))

    viewer = await who(api, by=holder)
    assert (viewer["activeOrganization"], viewer["activeMembership"]) == (None, None)
    assert (await rename(api, acme, by=holder)).code == "NOT_FOUND"


async def public_pem(api: Api, kid: str) -> bytes:
    """Our own public key, as everybody may read it."""
    found = await make_signer(settings(env="development"), api.server).verification_key(kid)
    assert found
    encoding, kind = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return found.public_bytes(encoding, kind)


def by_shared_secret(claims: JSON, kid: str, secret: bytes) -> str:
    content = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': kid})}.{part(claims)}"
    return f"{content}.{base64url(hmac.digest(secret, content.encode(), 'sha256'))}"


async def test_only_our_own_published_key_signs_session_tokens(api: Api, acme: Acme) -> None:
    claims = await own_claims(api, acme)
    good = await sign_as_we_do(api, claims)
    header, payload, signature = good.split(".")
    kid = jwt.get_unverified_header(good)["kid"]

    await assert_tokens_refused(
        api,
        signed(claims, rsa_key("theirs"), kid),
        signed(claims, rsa_key("theirs"), "unknown"),
        signed(claims, rsa_key("theirs")),
        f"{header}.{part({**claims, 'sub': acme.member.id})}.{signature}",
        f"{header}.{payload}.",
        f"{part({'alg': 'none', 'typ': 'JWT', 'kid': kid})}.{payload}.",
        by_shared_secret(claims, kid, await public_pem(api, kid)),
        by_shared_secret(claims, kid, b""),
    )
    assert (await who(api, by=bearer(good)))["user"] == {"id": acme.admin.id}


async def test_an_identity_provider_can_not_speak_for_us(api: Api, acme: Acme) -> None:
    claims = await own_claims(api, acme)

    await assert_tokens_refused(
        api, api.token(acme.admin.email, **claims), api.token(acme.admin.email, iss=OWN_ISSUER)
    )


async def test_a_session_token_lapses(api: Api, acme: Acme) -> None:
    opened = await open_session(api, by=acme.admin, organizationId=acme.id)

    api.clock.forward(seconds=119)
    assert (await who(api, by=bearer_of(opened)))["user"] == {"id": acme.admin.id}
    api.clock.forward(seconds=1)

    await assert_refused(api, bearer_of(opened).authorization or "")


async def test_a_key_that_is_withdrawn_takes_its_tokens_with_it(api: Api, acme: Acme) -> None:
    keys = [make_key(rsa_key("first"))]
    signer = TokenSigner(GivenKeys(keys))
    identity = Authenticator(api.server, {}, {}, make_own_provider(OWN_ISSUER, signer))
    token = await signer.sign(await own_claims(api, acme))
    assert (await caller_of(identity, [f"Bearer {token}"])).actor.user_id == acme.admin.id

    keys[0] = make_key(rsa_key("second"))

    with pytest.raises(InvalidCredential):
        await caller_of(identity, [f"Bearer {token}"])


@pytest.mark.parametrize(
    "field",
    [
        "activeOrganization { id }",
        "activeMembership { id }",
        "session { lastActiveOrganization { id } }",
    ],
)
async def test_organizations_that_are_off_are_not_shown(api: Api, acme: Acme, field: str) -> None:
    holder = bearer_of(await open_session(api, by=acme.admin, organizationId=acme.id))
    document = f"{{ viewer {{ {field} }} }}"
    assert (await api.run(document, by=holder)).data
    await api.mutate("updateInstance", {"organizationsEnabled": False}, by=SERVICE)

    answer = await api.run(document, by=holder)

    assert (answer.code, answer.reason) == ("FORBIDDEN", "organization_not_enabled_in_instance")
