"""Every mutation, sent twice in a row with the same input, as a client that retries sends it."""

import pytest

from tests.support.api import Answer, Api, contents
from tests.support.data.factories import Acme
from tests.support.data.invitations import codes
from tests.support.documents.mutations import (
    INPUTS,
    SESSION_INPUTS,
    WEBHOOK_INPUTS,
    caller_of,
    prepare,
)

# The second call finds everything as it should be, and changes nothing.
SAME = "same"
# The second call does it again, which its description says; a key in the `Idempotency-Key` header
# keeps a retry from that.
AGAIN = "again"
# Everything else is the code of an error, and nothing changes.
SECOND = {
    "createOrganization": AGAIN,
    "updateOrganization": SAME,
    "setOrganizationLogo": SAME,
    "updateOrganizationMetadata": SAME,
    "deleteOrganization": "NOT_FOUND",
    "createMembership": "already_a_member_in_organization",
    "createMemberships": "already_a_member_in_organization",
    "updateMembership": SAME,
    "updateMembershipMetadata": SAME,
    "removeMembership": "resource_not_found",
    "leaveOrganization": "NOT_FOUND",
    "createInvitation": "organization_invitation_not_unique",
    "createInvitations": "duplicate_record",
    "resendInvitation": AGAIN,
    "revokeInvitation": "organization_invitation_not_pending",
    "acceptInvitation": "organization_invitation_already_accepted",
    "declineInvitation": "organization_invitation_declined",
    "createUser": "form_identifier_exists",
    "createUsers": "form_identifier_exists",
    "updateUser": SAME,
    "deleteUser": "resource_not_found",
    "createRole": "form_identifier_exists",
    "updateRole": SAME,
    "deleteRole": "resource_not_found",
    "createPermission": "form_identifier_exists",
    "updatePermission": SAME,
    "deletePermission": "resource_not_found",
    "createRoleSet": AGAIN,
    "updateRoleSet": SAME,
    "replaceRoleInRoleSet": "form_param_value_invalid",
    "replaceRoleSet": "resource_not_found",
    "setOrganizationRoleSet": SAME,
    "updateInstance": SAME,
    "createSession": AGAIN,
    "setActiveOrganization": SAME,
    "createSessionToken": SAME,
    "endSession": SAME,
    "revokeSession": SAME,
    "createWebhookEndpoint": AGAIN,
    "updateWebhookEndpoint": SAME,
    "deleteWebhookEndpoint": "resource_not_found",
    "rotateWebhookSecret": AGAIN,
    "replayWebhookDeliveries": SAME,
}


def outcome(answer: Answer) -> list[str]:
    return [answer.code] if "errors" in answer.body else codes(answer)


def test_every_mutation_has_a_row() -> None:
    assert set(SECOND) == {*INPUTS, *SESSION_INPUTS, *WEBHOOK_INPUTS}


@pytest.mark.parametrize("mutation", SECOND)
async def test_a_mutation_that_is_sent_twice_does_what_is_documented(
    api: Api, acme: Acme, mutation: str
) -> None:
    input, by = await prepare(api, acme, mutation), caller_of(acme, mutation)
    expected = SECOND[mutation]
    assert (await api.mutate(mutation, input, by=by)).payload
    before = await contents(api.store)

    second = await api.mutate(mutation, input, by=by)

    after = await contents(api.store)
    assert outcome(second) == ([] if expected in (SAME, AGAIN) else [expected])
    assert (after != before) == (expected == AGAIN)
