/** An issuer with a key of its own, as a Tenantry server is one. */
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, SignJWT } from "jose";
import { createAuthenticator } from "../src/callers/authenticator.ts";
import type { TenantryOptions } from "../src/options.ts";

export const URL = "https://tenantry.example.com";
export const ORIGIN = "https://app.example.com";
export const NOW = Date.parse("2026-11-29T12:00:00Z");

const seconds = NOW / 1000;
export const CLAIMS = {
  iss: URL,
  sub: "user_1",
  sid: "sess_1",
  azp: ORIGIN,
  sts: "active",
  iat: seconds,
  nbf: seconds - 10,
  exp: seconds + 60,
};
export const ORGANIZATION = {
  v: 2,
  fea: "o:reports,o:sys_memberships",
  pla: "o:pro",
  o: { id: "org_1", slg: "engines", rol: "admin", per: "manage,read", fpm: "2,3" },
};

export interface Issuer {
  /** Signs claims; undefined removes one. */
  token(claims?: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>;
  pem: string;
  jwk: Record<string, unknown>;
  privateKey: CryptoKey;
}

export async function createIssuer(kid = "key_1"): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: "RS256", use: "sig" };
  const token: Issuer["token"] = (claims = {}, header = {}) =>
    new SignJWT({ ...CLAIMS, ...claims })
      .setProtectedHeader({ alg: "RS256", typ: "JWT", kid, ...header })
      .sign(privateKey);
  return { token, pem: await exportSPKI(publicKey), jwk, privateKey };
}

/** A server that publishes keys and answers documents, and counts what it is asked. */
export function createServer(issuer: Issuer, answer: () => unknown = () => ({})) {
  const asked = { keys: 0, documents: [] as { query: string; variables: unknown }[] };
  const fetch = (async (url: string | globalThis.URL | Request, init?: RequestInit) => {
    if (String(url).endsWith("/.well-known/jwks.json")) {
      asked.keys += 1;
      return Response.json({ keys: [issuer.jwk] });
    }
    asked.documents.push(JSON.parse(String(init?.body)));
    const answered = answer();
    return answered instanceof Response ? answered : Response.json({ data: answered });
  }) as typeof globalThis.fetch;
  return { asked, fetch };
}

export function authenticatorOf(issuer: Issuer, options: TenantryOptions = {}) {
  return createAuthenticator({
    url: URL,
    authorizedParties: [ORIGIN],
    clock: () => NOW,
    fetch: createServer(issuer).fetch,
    ...options,
  });
}

export function requestWith(token: string, url = `${ORIGIN}/page`): Request {
  return new Request(url, { headers: { authorization: `Bearer ${token}` } });
}
