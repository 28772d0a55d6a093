/** Whether a caller has a role, a permission, a feature, or a plan. */
import { type OrganizationAccess, splitByScope } from "./claims.ts";

/**
 * What a caller must have. Everything that is given must hold, and at least one must be given.
 * `admin` is the same as `org:admin`. A feature or plan without a scope can be the organization's or the user's.
 */
export interface HasParams {
  role?: string | undefined;
  permission?: string | undefined;
  feature?: string | undefined;
  plan?: string | undefined;
}

export interface Granted {
  organization: OrganizationAccess | null;
  features: string | undefined;
  plans: string | undefined;
}

export function has(params: HasParams, granted: Granted): boolean {
  const { role, permission, feature, plan } = params;
  const { organization } = granted;
  const answers = [
    role === undefined || isSameRole(role, organization?.role),
    permission === undefined ||
      (organization?.permissions?.includes(withPrefix(permission)) ?? false),
    feature === undefined || includes(granted.features, feature),
    plan === undefined || includes(granted.plans, plan),
  ];
  const asked = [role, permission, feature, plan].some((value) => value !== undefined);
  return asked && answers.every(Boolean);
}

const withPrefix = (key: string) => key.replace(/^(org:)*/, "org:");

function isSameRole(asked: string, role: string | null | undefined): boolean {
  return Boolean(role) && withPrefix(asked) === withPrefix(role ?? "");
}

function includes(claim: string | undefined, asked: string): boolean {
  const { organization, user } = splitByScope(claim);
  const [scope = "", key] = asked.split(":");
  if (key === undefined) return organization.includes(asked) || user.includes(asked);
  if (/^(o|org|organization)$/.test(scope)) return organization.includes(key);
  return /^(u|user)$/.test(scope) && user.includes(key);
}
