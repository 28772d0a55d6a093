/** Verifies session tokens with the server's public keys. */
import {
  type CryptoKey,
  createRemoteJWKSet,
  customFetch,
  decodeProtectedHeader,
  type FetchImplementation,
  importSPKI,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from "jose";
import { ConfigurationError, type Settings } from "../options.ts";
import type { SessionClaims } from "./claims.ts";

const ALGORITHM = "RS256";
// Short, because everybody is signed out meanwhile.
const FAILURE_PAUSE = 1_000;

/** Why a request is signed out. */
export type SignedOutReason =
  | "no-token"
  | "token-invalid"
  | "token-invalid-algorithm"
  | "token-invalid-signature"
  | "token-invalid-issuer"
  | "token-invalid-audience"
  | "token-invalid-authorized-party"
  | "token-not-active-yet"
  | "token-expired"
  | "key-not-found"
  | "keys-unavailable"
  | "session-pending";

export type Verified =
  | { claims: SessionClaims; reason: null }
  | { claims: null; reason: SignedOutReason };

const REASONS: Record<string, SignedOutReason> = {
  ERR_JWT_EXPIRED: "token-expired",
  ERR_JOSE_ALG_NOT_ALLOWED: "token-invalid-algorithm",
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: "token-invalid-signature",
  ERR_JWKS_NO_MATCHING_KEY: "key-not-found",
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: "key-not-found",
  ERR_JWS_INVALID: "token-invalid",
  ERR_JWT_INVALID: "token-invalid",
  ERR_JOSE_NOT_SUPPORTED: "token-invalid",
};
const CLAIM_REASONS: Record<string, SignedOutReason> = {
  iss: "token-invalid-issuer",
  nbf: "token-not-active-yet",
};

export type Verify = (token: string) => Promise<Verified>;

export function createVerifier(settings: Settings): Verify {
  const getKey = settings.jwtKey ? givenKey(settings.jwtKey) : fetchedKeys(settings);
  return async (token) => {
    try {
      // Before the key: a token that is no session token must not make anybody fetch keys.
      const { typ } = decodeProtectedHeader(token);
      if (typ !== undefined && typ !== "JWT") return refused("token-invalid");
    } catch {
      return refused("token-invalid");
    }
    try {
      const { payload } = await jwtVerify(token, getKey, {
        algorithms: [ALGORITHM],
        issuer: settings.url,
        clockTolerance: settings.clockSkew,
        currentDate: new Date(settings.clock()),
        requiredClaims: ["exp", "sub", "sid"],
      });
      return check(payload, settings);
    } catch (error) {
      if (error instanceof ConfigurationError) throw error;
      return explain(error, settings);
    }
  };
}

function refused(reason: SignedOutReason): Verified {
  return { claims: null, reason };
}

/** Checks what is particular to session tokens, after the signature. */
function check(claims: JWTPayload, settings: Settings): Verified {
  if (typeof claims.sub !== "string" || typeof claims.sid !== "string") {
    return refused("token-invalid");
  }
  // Session tokens have no audience: a token that has one is for something else.
  if (claims.aud !== undefined) return refused("token-invalid-audience");
  if (!settings.authorizedParties.includes(String(claims.azp))) {
    return refused("token-invalid-authorized-party");
  }
  const now = settings.clock() / 1000;
  if ((claims.iat ?? 0) > now + settings.clockSkew) return refused("token-not-active-yet");
  return { claims: claims as SessionClaims, reason: null };
}

function explain(error: unknown, settings: Settings): Verified {
  const { code, claim, payload } = error as { code?: string; claim?: string; payload?: JWTPayload };
  if (code === "ERR_JWT_CLAIM_VALIDATION_FAILED") {
    return refused(CLAIM_REASONS[claim ?? ""] ?? "token-invalid");
  }
  // A token that is old but ours can be renewed. One that was never for us can't.
  if (code === "ERR_JWT_EXPIRED" && payload) {
    const { reason } = check(payload, settings);
    return refused(reason ?? "token-expired");
  }
  return refused(REASONS[code ?? ""] ?? "keys-unavailable");
}

/** The keys of the server, which are fetched again for an unknown `kid`, every 30 seconds at most. */
function fetchedKeys(settings: Settings): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL(`${settings.url}/.well-known/jwks.json`), {
    cooldownDuration: 30_000,
    cacheMaxAge: 600_000,
    timeoutDuration: 5_000,
    [customFetch]: withPause(settings),
  });
}

/** Fetches keys. After a failure, which jose forgets, it rejects without a request for a moment. */
function withPause({ fetch, clock }: Settings): FetchImplementation {
  let retryAt = Number.NEGATIVE_INFINITY;
  return async (url, init) => {
    if (clock() < retryAt) throw new Error("The keys couldn't be fetched a moment ago.");
    try {
      const response = await fetch(url, init);
      if (!response.ok) throw new Error(`The keys were answered with ${response.status}.`);
      return Response.json(await response.json());
    } catch (error) {
      retryAt = clock() + FAILURE_PAUSE;
      throw error;
    }
  };
}

function givenKey(pem: string): JWTVerifyGetKey {
  let key: Promise<CryptoKey> | undefined;
  return () => {
    key ??= importSPKI(pem, ALGORITHM).catch(() => {
      throw new ConfigurationError("The option jwtKey isn't a public RSA key in PEM format.");
    });
    return key;
  };
}
