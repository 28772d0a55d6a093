"""What each setting means. A test checks that every setting is here."""

from typing import Any

GROUPS = {
    "Required in production": ("public_url", "secret", "identity_issuers"),
    "Environment and database": ("env", "database_url"),
    "Callers": ("secret_keys", "allowed_origins", "allowed_headers", "trusted_proxies"),
    "Session tokens": ("signing_keys",),
    "Email and webhooks": ("smtp_url", "mail_from", "webhook_networks", "event_retention_days"),
    "Domains": ("dns_servers",),
    "Stripe": ("stripe_webhook_secrets", "stripe_api_key", "stripe_api_url"),
    "Rate limits": (
        "user_rate",
        "address_rate",
        "secret_key_rate",
        "update_rate",
        "rate_store_url",
    ),
    "Limits on requests": (
        "max_cost",
        "max_depth",
        "max_aliases",
        "max_root_fields",
        "max_operations",
        "max_directives",
        "max_tokens",
        "max_answer_bytes",
        "max_sockets_per_user",
        "max_sockets_per_address",
    ),
    "API": ("graphiql", "introspection", "executor", "backend_api", "scripts"),
    "Logs, metrics, and traces": (
        "log_level",
        "log_format",
        "metrics_token",
        "metrics_port",
        "operations",
        "trust_traceparent",
    ),
}

# Defaults that depend on the environment or that have another place than the code of the settings.
DEFAULTS = {
    "allowed_headers": "those of common GraphQL clients and of tracing",
    "env": "`production`; `tenantry dev` sets `development`",
    "graphiql": "`true` in development, `false` in production",
    "identity_issuers": "none; required in production",
    "introspection": "`true` in development, `false` in production",
    "log_format": "`console` in development, `json` in production",
    "mail_from": "`Tenantry <no-reply@HOST>` with the host of `TENANTRY_PUBLIC_URL`",
    "metrics_token": "none: `/metrics` is open in development, and absent in production",
    "public_url": "`http://127.0.0.1:PORT` in development; required in production",
    "rate_store_url": "none: each process counts by itself",
    "secret": "generated into `./var` in development; required in production",
    "secret_key_rate": "`off`",
    "signing_keys": "none: the key is in the database, encrypted",
    "smtp_url": "none: email is written to `./var/outbox` in development, and can't be sent in production",
    # Of an identity provider.
    "claims": "see below",
    "algorithms": '`["RS256"]`',
}

DESCRIPTIONS: dict[str, Any] = {
    "env": "The environment. In production, unsafe settings are rejected, and GraphiQL and introspection are off.",
    "database_url": "The database: `sqlite+aiosqlite:///PATH` or `postgresql+asyncpg://USER:PASSWORD@HOST/NAME`.",
    "public_url": "The URL that people reach this server at. It must start with `https://` in production. It is the"
    " issuer of session tokens and the base of links.",
    "identity_issuers": "The identity providers whose tokens are accepted: a JSON list of objects, whose keys are"
    " [below](#keys-of-an-identity-provider).",
    "secret_keys": "Secret keys that are valid from the start, each `sk_` and at least 32 random characters. Prefer"
    " `tenantry keys create`: keys that are set here can be revoked only by a restart.",
    "secret": "The root secret: at least 32 random bytes, such as the result of `openssl rand -base64 48`. It encrypts"
    " signing keys and webhook secrets in the database. While you replace it, give several: the first one encrypts,"
    " and all of them decrypt.",
    "signing_keys": "Paths of PEM files with RSA keys that sign session tokens, the newest first. The first one signs,"
    " and all of them are published.",
    "allowed_origins": "Origins of the browser pages that can call the API, such as `https://app.example.com`.",
    "allowed_headers": "Request headers that pages of the allowed origins can send, beside those of the API.",
    "trusted_proxies": "Addresses or networks of reverse proxies. The header `X-Forwarded-For` counts only if one of"
    " them sends it.",
    "smtp_url": "The mail server: `smtp://USER:PASSWORD@HOST:587` for STARTTLS, or `smtps://USER:PASSWORD@HOST` for TLS."
    " A mail server that needs no password, such as a relay on this machine, can be `smtp://HOST:25`.",
    "mail_from": "The sender of email, such as `Acme <hello@example.com>`. Required in production if the host of"
    " `TENANTRY_PUBLIC_URL` is an IP address or `localhost`, and email is sent.",
    "webhook_networks": 'Private networks that webhooks can be sent to, as a JSON list such as `["10.0.0.0/8"]`.'
    " Everything there can be reached, so list as little as possible.",
    "dns_servers": "The name servers to look for the TXT records of domains, comma-separated, each as `HOST` or `HOST:PORT`."
    " Without them, the server asks those of the system.",
    "stripe_webhook_secrets": "Signing secrets of the webhook endpoint at Stripe, `whsec_…`. They turn on"
    " `POST /billing/stripe`. While you replace one, give both.",
    "stripe_api_key": "A restricted key of Stripe that can read subscriptions. With it, the server reads the current"
    " state after each event, and once a day. Without it, the server applies the state in the event itself.",
    "stripe_api_url": "The URL of Stripe's API. Change it only for tests.",
    "event_retention_days": "The number of days that the event log and the deliveries of webhooks are kept.",
    "user_rate": "The number of root fields that one user can run, such as `600/minute`, or `off`.",
    "address_rate": "The number of root fields that one IP address can run without a valid credential, or `off`.",
    "secret_key_rate": "The number of root fields that one secret key can run, or `off`.",
    "update_rate": "How often one user can update one organization or membership, or `off`.",
    "rate_store_url": "A Valkey or Redis server on which several processes count together, such as"
    " `valkeys://HOST:6379`. While it is unavailable, nobody is limited.",
    "max_cost": "The highest cost of an operation: one for each list entry that it can return, and a tenth for each field.",
    "max_depth": "The number of levels of fields in an operation.",
    "max_aliases": "The number of aliases in a selection set, with those of its fragments.",
    "max_root_fields": "The number of fields in a mutation.",
    "max_operations": "The number of operations in a document.",
    "max_directives": "The number of directives in an operation.",
    "max_tokens": "The number of tokens in a document: names, numbers, strings, and punctuation.",
    "max_answer_bytes": "The size of an answer in bytes.",
    "max_sockets_per_user": "The number of WebSockets of one user in one process.",
    "max_sockets_per_address": "The number of WebSockets of one IP address in one process.",
    "graphiql": "Whether the server has the GraphiQL page at `/graphql`.",
    "backend_api": "Whether the server has the [Backend API](../guides/backend-api.md) under `/v1`, for secret keys.",
    "scripts": "Whether the server has `/js/tenantry.js` and `/js/tenantry-ui.js`, for pages that load the package and its components with a script tag.",
    "introspection": "Whether everyone can read the schema. Secret keys always can.",
    "executor": "What executes operations. Set `graphql-core` if you suspect a fault of"
    " [our executor](../executor.md).",
    "log_level": "The lowest level that is logged. Requests are logged at `info`.",
    "log_format": "One JSON object for each line, or text for people.",
    "metrics_token": "The bearer token that Prometheus must send to read `/metrics`: at least 32 random letters and"
    " digits, such as the result of `openssl rand -hex 24`.",
    "metrics_port": "The port at which `tenantry worker` serves `/metrics`, `/healthz`, and `/readyz`.",
    "operations": "A folder with the `.graphql` documents of your frontends. Logs and metrics show the names of their"
    " operations; others are `other`.",
    "trust_traceparent": "Whether requests continue the trace of their header `traceparent`. Set it only if your proxy"
    " sets or removes that header.",
    "issuer_keys": {
        "issuer": "The exact value of the claim `iss`.",
        "audience": "What the claim `aud` must contain: a string, or a list of which one entry is enough.",
        "claims": "Which claims hold the user's address and names.",
        "jwks_url": "The URL of the provider's public keys: an https URL, or an http URL on this machine. Give either"
        " this or `public_key`.",
        "public_key": "One public key in PEM format.",
        "algorithms": "The signature algorithms that are accepted.",
    },
    "claims": {
        "email": "The claim with the email address.",
        "email_verified": 'The claim that says whether the address is verified: `true`, or the string `"true"`. The'
        " constant `true` instead of a name treats every address as verified. Use it only if an administrator"
        " whom you trust assigns all addresses.",
        "given_name": "The claim with the first name.",
        "family_name": "The claim with the last name.",
        "name": "The claim with the full name, used if there is neither a first nor a last name. Its last word becomes the"
        " last name.",
        "username": "The claim that identifies a user without an address.",
        "picture": "The claim with the https URL of a picture.",
    },
}
