/** Turns requests into what an application knows about their callers. */

import { readSettings, type Settings, type TenantryOptions } from "../options.ts";
import { createAccessReader } from "./access.ts";
import { type Auth, signedIn, signedOut } from "./auth.ts";
import { type RequestLike, readTokens } from "./request.ts";
import { createVerifier, type SignedOutReason, type Verified, type Verify } from "./verify.ts";

export interface AuthParams {
  /**
   * The slug or ID of the organization of the URL. Role and permissions are read from the server, so this needs
   * a secret key. For who isn't a member, the organization fields are null.
   */
  organization?: string | undefined;
  /** Whether a user who has yet to choose an organization is signed out. */
  treatPendingAsSignedOut?: boolean | undefined;
}

export interface Authenticator {
  /** The caller by the token of the request alone. A token that isn't valid is signed out, and never an exception. */
  authenticate(
    request: RequestLike,
    params?: Pick<AuthParams, "treatPendingAsSignedOut">,
  ): Promise<Auth>;
  /** The caller, in the organization of the URL if one is given. Rejects if the server doesn't answer. */
  auth(request: RequestLike, params?: AuthParams): Promise<Auth>;
  readonly settings: Settings;
}

export function createAuthenticator(options: TenantryOptions = {}): Authenticator {
  const settings = readSettings(options);
  const verify = createVerifier(settings);
  const readAccess = createAccessReader(settings);

  const auth: Authenticator["auth"] = async (request, params = {}) => {
    const tokens = readTokens(request, settings.cookieName);
    const { token, claims, reason } = await verifyOneOf(tokens, verify);
    if (!claims) return signedOut(reason);
    if (claims.sts === "pending" && params.treatPendingAsSignedOut !== false) {
      return signedOut("session-pending", "pending");
    }
    if (params.organization === undefined) return signedIn(token, claims);
    return signedIn(token, claims, await readAccess(claims.sub, params.organization));
  };
  const authenticate: Authenticator["authenticate"] = (request, params = {}) =>
    auth(request, { treatPendingAsSignedOut: params.treatPendingAsSignedOut });
  return { authenticate, auth, settings };
}

/** The first token that is valid. Of others, one that can be renewed counts more. */
async function verifyOneOf(
  tokens: readonly string[],
  verify: Verify,
): Promise<Verified & { token: string }> {
  let refused: SignedOutReason = "no-token";
  for (const token of tokens) {
    const verified = await verify(token);
    if (verified.claims) return { token, ...verified };
    if (refused !== "token-expired") refused = verified.reason;
  }
  return { token: "", claims: null, reason: refused };
}

let ofEnvironment: Authenticator | undefined;

/** The authenticator of the environment variables, created at the first use. */
export function getAuthenticator(): Authenticator {
  ofEnvironment ??= createAuthenticator();
  return ofEnvironment;
}

/** The caller of a request, with the options of the environment variables. */
export function auth(request: RequestLike, params?: AuthParams): Promise<Auth> {
  return getAuthenticator().auth(request, params);
}
