"""What clients of the original can call that doesn't exist here, and what to use instead."""

from collections.abc import Mapping

SIGN_IN = "Users sign in at your identity provider, which has"
PROVIDER_PROFILE = "The profile of a user comes from your identity provider."
NO_PHONES = "Users have no phone numbers here. Your identity provider can have them."
NO_CONNECTIONS = (
    "Enterprise connections don't exist yet. Use verified domains, by the GraphQL mutation"
    " createDomain."
)
INVITE = "Invite to an organization, by the GraphQL mutation createInvitation."
SETTINGS = "Settings of the instance are changed by the GraphQL mutation updateInstance."
SECRET_KEYS = "Machines call with scoped secret keys, from the GraphQL mutation createSecretKey."
WEBHOOKS = "Webhooks are configured by the GraphQL mutation createWebhookEndpoint."
SESSIONS = "Sessions have no clients here. List them by the GraphQL field User.sessions."
REMOVE_ACCESS = (
    "Block the user at your identity provider, and end sessions by the GraphQL mutation"
    " revokeSession."
)
USER = "/v1/users/{user_id}"

# By path, each with all paths below it.
UNSUPPORTED: Mapping[str, str] = {
    "/api_keys": (
        "API keys are revoked, not deleted, and the secret of one is returned only when it is"
        " created."
    ),
    "/v1/accountless_applications": SETTINGS,
    "/v1/actor_tokens": "Acting as another user doesn't exist yet.",
    "/v1/agents/tasks": "Acting as another user doesn't exist yet.",
    "/v1/allowlist_identifiers": f"{SIGN_IN} the list of those who can sign in.",
    "/v1/beta_features": SETTINGS,
    "/v1/billing/subscription_items": (
        "Subscriptions are changed by the GraphQL mutation setSubscription, or by Stripe."
    ),
    "/v1/blocklist_identifiers": f"{SIGN_IN} the list of those who can't sign in.",
    "/v1/clients": SESSIONS,
    "/v1/domains": "Satellite domains don't exist here. List TENANTRY_ALLOWED_ORIGINS instead.",
    "/v1/email": "Only emails about organizations are sent. Send others yourself.",
    "/v1/emails": "Only emails about organizations are sent. Send others yourself.",
    "/v1/email_addresses": (
        "A user has one email address, which the GraphQL mutation updateUser changes."
    ),
    "/v1/enterprise_connections": NO_CONNECTIONS,
    "/v1/instance": SETTINGS,
    "/v1/invitations": INVITE,
    "/v1/jwt_templates": "Session tokens have fixed claims, described at createSessionToken.",
    "/v1/m2m_tokens": SECRET_KEYS,
    "/m2m_tokens": SECRET_KEYS,
    "/v1/machines": SECRET_KEYS,
    "/v1/oauth_applications": f"{SIGN_IN} OAuth applications.",
    "/oauth_applications": f"{SIGN_IN} OAuth applications.",
    "/v1/phone_numbers": NO_PHONES,
    "/v1/proxy_checks": "Requests need no proxy here. Set TENANTRY_PUBLIC_URL instead.",
    "/v1/redirect_urls": (
        "URLs of invitations are allowed by allowedRedirectOrigins of the GraphQL mutation"
        " updateInstance."
    ),
    "/v1/saml_connections": NO_CONNECTIONS,
    "/v1/sessions/{session_id}/verify": (
        "Verify session tokens with the public keys of this server, at /.well-known/jwks.json."
    ),
    "/v1/sessions/{session_id}/refresh": (
        "Create tokens of sessions by the GraphQL mutation createSessionToken."
    ),
    "/v1/sign_in_tokens": f"{SIGN_IN} its own ways to sign in.",
    "/v1/sign_ups": f"{SIGN_IN} its own way to sign up.",
    "/v1/testing_tokens": "The API has no bot protection, so tests need no token.",
    "/v1/waitlist_entries": INVITE,
    "/v1/webhooks": WEBHOOKS,
    **dict.fromkeys([f"{USER}/ban", f"{USER}/unban"], REMOVE_ACCESS),
    **dict.fromkeys([f"{USER}/lock", f"{USER}/unlock"], REMOVE_ACCESS),
    **dict.fromkeys(
        [
            *(f"{USER}/mfa", f"{USER}/totp", f"{USER}/backup_code", f"{USER}/verify_totp"),
            *(f"{USER}/password", f"{USER}/verify_password", f"{USER}/remove_password"),
            f"{USER}/passkeys",
        ],
        f"{SIGN_IN} passwords and second factors.",
    ),
    f"{USER}/phone_number": NO_PHONES,
    **dict.fromkeys(
        [
            *(f"{USER}/profile_image", f"{USER}/oauth_access_tokens"),
            *(f"{USER}/external_accounts", f"{USER}/web3_wallets"),
        ],
        PROVIDER_PROFILE,
    ),
}
