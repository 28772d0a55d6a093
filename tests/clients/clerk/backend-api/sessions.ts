// Sessions, their tokens, and what verifies those tokens with the keys of the server.
import assert from "node:assert/strict";
import { expect, expectPage, type Here, makeOrganization, refused, type Rows } from "./support.ts";

export async function sessions(here: Here): Promise<Rows> {
  const { clerk } = here;
  const { admin, organization } = await makeOrganization(here, "sessions");
  const userId = admin.id;
  let sessionId = "";
  let jwt = "";

  return {
    "sessions.createSession": async () => {
      // The types of the SDK leave out what the API of the original takes.
      const input = { userId, activeOrganizationId: organization.id };
      const made = await clerk.sessions.createSession(input);
      expect(made, "Session", { userId, actor: null, lastActiveOrganizationId: organization.id });
      assert.match(made.clientId, /^client_/);
      assert.ok(made.expireAt > Date.now());
      sessionId = made.id;
      await refused(clerk.sessions.createSession({ userId: "user_none" }), 404, "resource_not_found", { paramName: "user_id" });
    },

    "sessions.getSession": async () => {
      expect(await clerk.sessions.getSession(sessionId), "Session", { id: sessionId, userId });
      await refused(clerk.sessions.getSession("sess_none"), 404, "resource_not_found");
    },

    "sessions.getSessionList": async () => {
      const page = await clerk.sessions.getSessionList({ userId });
      assert.deepEqual(expectPage(page, "Session").map((one) => one.id), [sessionId]);
      const revoked = await clerk.sessions.getSessionList({ userId, status: "revoked" });
      assert.deepEqual([revoked.data, revoked.totalCount], [[], 0]);
      await refused(clerk.sessions.getSessionList(), 422, "form_param_missing", { paramName: "user_id" });
    },

    "sessions.getToken": async () => {
      const token = expect(await clerk.sessions.getToken(sessionId), "Token");
      jwt = token.jwt;
      const claims = JSON.parse(Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString());
      assert.deepEqual([claims.sub, claims.sid, claims.exp - claims.iat], [userId, sessionId, 60]);
      await refused(clerk.sessions.getToken(sessionId, "my-template"), 404, "resource_not_found");
      await refused(clerk.sessions.getToken("sess_none"), 404, "resource_not_found");
    },

    "jwks.getJwks": async () => {
      const { keys } = await clerk.jwks.getJwks();
      const [key] = keys ?? [];
      assert.deepEqual([key?.kty, key?.alg, key?.use], ["RSA", "RS256", "sig"]);
    },

    "authenticateRequest": async () => {
      const headers = { authorization: `Bearer ${jwt}` };
      const state = await clerk.authenticateRequest(new Request("https://app.example.com/", { headers }));
      assert.deepEqual([state.status, state.reason], ["signed-in", null], state.message ?? "");
      const auth = state.toAuth();
      assert.ok(auth && "userId" in auth);
      assert.deepEqual([auth.userId, auth.sessionId], [userId, sessionId]);
      assert.deepEqual([auth.orgId, auth.orgRole, auth.has({ role: "org:admin" })], [organization.id, "org:admin", true]);
      const other = { authorization: `Bearer ${jwt.slice(0, -8)}AAAAAAAA` };
      const refusal = await clerk.authenticateRequest(new Request("https://app.example.com/", { headers: other }));
      assert.equal(refusal.status, "signed-out");
    },

    "sessions.revokeSession": async () => {
      expect(await clerk.sessions.revokeSession(sessionId), "Session", { id: sessionId, status: "revoked" });
      await refused(clerk.sessions.getToken(sessionId), 400, "invalid_action_for_session");
      await refused(clerk.sessions.revokeSession("sess_none"), 404, "resource_not_found");
    },
  };
}
