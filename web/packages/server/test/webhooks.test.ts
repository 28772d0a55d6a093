import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";
import { verifyWebhook, WebhookVerificationError } from "../src/webhooks.ts";

const signingSecret = `whsec_${btoa("a secret of thirty-two bytes or ")}`;
const body = '{"type":"organization.updated","data":{"name":"Zoë"}}';
const url = "https://app.example.com/hooks";

function headersOf(moment = new Date()): Record<string, string> {
  return {
    "webhook-id": "evt_1",
    "webhook-timestamp": String(Math.floor(moment.getTime() / 1000)),
    "webhook-signature": new Webhook(signingSecret).sign("evt_1", moment, body),
  };
}

test("what is signed is returned, from each kind of request", async () => {
  const headers = headersOf();
  const requests = [
    new Request(url, { method: "POST", headers, body }),
    { headers, body },
    { headers, body: new TextEncoder().encode(body) },
  ];

  for (const request of requests) {
    const event = await verifyWebhook(request, { signingSecret });
    expect(event).toMatchObject({ type: "organization.updated", data: { name: "Zoë" } });
  }
});

test("one of several signatures is enough, while the secret changes", async () => {
  const headers = headersOf();
  const others = { ...headers, "webhook-signature": `v1,b3RoZXI= ${headers["webhook-signature"]}` };

  expect(await verifyWebhook({ headers: others, body }, { signingSecret })).toBeTruthy();
});

test.each([
  ["a signature of another kind", { headers: { ...headersOf(), "webhook-signature": "v1" }, body }],
  ["another ID", { headers: { ...headersOf(), "webhook-id": "evt_2" }, body }],
  ["a time to come", { headers: headersOf(new Date(Date.now() + 3_600_000)), body }],
  ["another body", { headers: headersOf(), body: `${body} ` }],
  ["no signature", { headers: {}, body }],
  ["an old time", { headers: headersOf(new Date(Date.now() - 3_600_000)), body }],
])("%s is rejected", async (_, request) => {
  await expect(verifyWebhook(request, { signingSecret })).rejects.toThrow(WebhookVerificationError);
});

test("a body that was parsed already is named, and a missing secret", async () => {
  const parsed = { headers: headersOf(), body: JSON.parse(body) };

  await expect(verifyWebhook(parsed, { signingSecret })).rejects.toThrow("parsed already");
  await expect(verifyWebhook({ headers: headersOf(), body })).rejects.toThrow(
    "TENANTRY_WEBHOOK_SECRET",
  );
});
