/** Verifies the webhooks of the server. */
import { Webhook, WebhookVerificationError } from "standardwebhooks";
import { type RequestLike, readHeader } from "./callers/request.ts";
import { ConfigurationError, readEnvironment } from "./options.ts";

export { WebhookVerificationError };

/** An event, as the server sends it. */
export interface WebhookEvent {
  /** Such as `organizationMembership.created`. */
  type: string;
  object: "event";
  /** In milliseconds. */
  timestamp: number;
  /** The place of the event in the event log. */
  cursor: string;
  instance_id: string;
  /** The object as it was after the event. */
  data: { object: string; id: string; [field: string]: unknown };
}

/** A `Request`, or a request of Node.js with its body as it was received. */
export type WebhookRequest = Request | (RequestLike & { body: string | Uint8Array });

export interface WebhookOptions {
  /** The secret of the endpoint, which begins with `whsec_`. Defaults to `TENANTRY_WEBHOOK_SECRET`. */
  signingSecret?: string | undefined;
}

/** Returns the event. Throws a `WebhookVerificationError` if the request isn't signed, or is old. */
export async function verifyWebhook(
  request: WebhookRequest,
  options: WebhookOptions = {},
): Promise<WebhookEvent> {
  const secret = options.signingSecret ?? readEnvironment("TENANTRY_WEBHOOK_SECRET");
  if (!secret) {
    throw new ConfigurationError(
      "The secret of the webhook endpoint is missing. Set the option signingSecret or TENANTRY_WEBHOOK_SECRET.",
    );
  }
  const names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
  const headers = Object.fromEntries(names.map((name) => [name, readHeader(request, name) ?? ""]));
  return new Webhook(secret).verify(await readBody(request), headers) as WebhookEvent;
}

async function readBody(request: WebhookRequest): Promise<string> {
  if ("text" in request) return request.text();
  const { body } = request;
  if (typeof body === "string") return body;
  if (body instanceof Uint8Array) return new TextDecoder().decode(body);
  throw new ConfigurationError(
    "The body of the webhook was parsed already. Give verifyWebhook the text that was received.",
  );
}
