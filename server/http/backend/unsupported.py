"""What clients of the original can call that doesn't exist here, and what to use instead."""

from collections.abc import Mapping

# By path, each with all paths below it.
UNSUPPORTED: Mapping[str, str] = {
    "/v1/webhooks/svix": "Webhooks are configured with the GraphQL mutation createWebhookEndpoint.",
}
