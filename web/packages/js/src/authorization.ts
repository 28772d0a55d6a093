import type { AuthorizationParams } from "./types/authorization.ts";
import type { TenantryState } from "./types/state.ts";

type Known = Pick<TenantryState, "membership" | "sessionClaims">;

/**
 * Role and permission come from the live membership. Feature and plan come from the claims of the
 * session token, because only the token has them.
 */
export function checkAuthorization(
  { membership, sessionClaims }: Known,
  { role, permission, feature, plan }: AuthorizationParams,
): boolean {
  const checks = [
    role === undefined || (!!membership && withPrefix(membership.role) === withPrefix(role)),
    permission === undefined || !!membership?.permissions.includes(permission),
    feature === undefined || claimHolds(sessionClaims?.fea, feature),
    plan === undefined || claimHolds(sessionClaims?.pla, plan),
  ];
  const isAsked = [role, permission, feature, plan].some((part) => part !== undefined);
  return isAsked && checks.every(Boolean);
}

function withPrefix(role: string): string {
  const name = role === "basic_member" ? "member" : role;
  return name.startsWith("org:") ? name : `org:${name}`;
}

/** A claim such as `o:widgets,u:reports`: what belongs to the organization and to the user. */
function claimHolds(claim: unknown, wanted: string): boolean {
  const entries = typeof claim === "string" ? claim.split(",") : [];
  const matches = (entry: string) => [entry, entry.slice(entry.indexOf(":") + 1)].includes(wanted);
  return entries.some((entry) => matches(entry.trim()));
}
