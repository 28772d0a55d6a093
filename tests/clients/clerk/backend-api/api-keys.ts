// API keys of organizations, and requests that carry one.
import assert from "node:assert/strict";
import { expect, expectPage, type Here, makeOrganization, refused, type Rows } from "./support.ts";

export async function apiKeys(here: Here): Promise<Rows> {
  const { apiKeys } = here.clerk;
  const { admin, organization } = await makeOrganization(here, "api-keys");
  const subject = organization.id;
  const scopes = ["org:sys_memberships:read"];
  let apiKeyId = "";
  let secret = "";
  const authenticate = async () => {
    const headers = { authorization: `Bearer ${secret}` };
    const request = new Request("https://app.example.com/", { headers });
    return here.clerk.authenticateRequest(request, { acceptsToken: "api_key" });
  };

  return {
    "apiKeys.create": async () => {
      const made = await apiKeys.create({ name: "Sync", subject, description: "Nightly", claims: { team: { a: 1 } }, scopes, secondsUntilExpiration: 90_000 });
      expect(made, "APIKey", { name: "Sync", subject, description: "Nightly", claims: { team: { a: 1 } }, scopes, revoked: false, expired: false });
      assert.match(made.secret ?? "", /^ak_/);
      // Rounded up to days.
      assert.equal(Math.round(((made.expiration ?? 0) - made.createdAt) / 86_400_000), 2);
      apiKeyId = made.id;
      secret = made.secret ?? "";
      await refused(apiKeys.create({ name: "X", subject: admin.id, scopes }), 422, "form_param_value_invalid", { paramName: "subject" });
      await refused(apiKeys.create({ name: "X", subject: "org_none", scopes }), 404, "resource_not_found");
      await refused(apiKeys.create({ name: "X", subject, scopes: ["org:none:none"] }), 404, "resource_not_found", { paramName: "scopes" });
    },

    "apiKeys.list": async () => {
      const [only] = expectPage(await apiKeys.list({ subject }), "APIKey");
      assert.deepEqual([only?.id, only?.secret], [apiKeyId, undefined]);
    },

    "apiKeys.get": async () => {
      expect(await apiKeys.get(apiKeyId), "APIKey", { id: apiKeyId, scopes });
      await refused(apiKeys.get("apik_none"), 404, "resource_not_found");
    },

    "apiKeys.update": async () => {
      const updated = await apiKeys.update({ apiKeyId, subject, description: "Hourly", claims: { only: 1 } });
      expect(updated, "APIKey", { description: "Hourly", claims: { only: 1 }, scopes, name: "Sync" });
      await refused(apiKeys.update({ apiKeyId, subject: "org_none" }), 422, "form_param_value_invalid", { paramName: "subject" });
    },

    "apiKeys.verify": async () => {
      expect(await apiKeys.verify(secret), "APIKey", { id: apiKeyId, subject });
      await refused(apiKeys.verify(`${secret.slice(0, -8)}AAAAAAAA`), 404, "api_key_not_found");
    },

    "apiKeys.verifySecret": async () => {
      const old = apiKeys as typeof apiKeys & { verifySecret: typeof apiKeys.verify };
      expect(await old.verifySecret(secret), "APIKey", { id: apiKeyId });
    },

    "authenticateRequest with an API key": async () => {
      // Version 1 knows no API keys.
      if (!apiKeys) return;
      const state = await authenticate();
      assert.equal(state.isAuthenticated, true, state.message ?? "");
      const auth = state.toAuth();
      assert.ok(auth?.tokenType === "api_key" && auth.isAuthenticated);
      assert.deepEqual([auth.orgId, auth.userId, auth.scopes, auth.id], [subject, null, scopes, apiKeyId]);
    },

    "apiKeys.revoke": async () => {
      const revoked = await apiKeys.revoke({ apiKeyId, revocationReason: "left on a train" });
      expect(revoked, "APIKey", { id: apiKeyId, revoked: true, revocationReason: "left on a train" });
      await refused(apiKeys.verify(secret), 404, "api_key_revoked");
      const state = await authenticate();
      assert.equal(state.isAuthenticated, false);
      assert.deepEqual((await apiKeys.list({ subject })).data, []);
    },
  };
}
