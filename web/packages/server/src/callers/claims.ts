/** What a session token says, in each of its three formats. */

export interface SessionClaims {
  iss: string;
  sub: string;
  sid: string;
  iat: number;
  nbf: number;
  exp: number;
  sts?: "active" | "pending";
  azp?: string;
  v?: number;
  /** The features that the user or the organization has, with their scope: `o:teams,u:export`. */
  fea?: string;
  /** The plan, with its scope: `o:pro`. */
  pla?: string;
  o?: { id: string; slg?: string; rol?: string; per?: string; fpm?: string };
  org_id?: string;
  org_slug?: string;
  org_role?: string;
  org_permissions?: string[];
  orgs?: Record<string, string>;
  [claim: string]: unknown;
}

/** The organization of a token or a URL. */
export interface OrganizationAccess {
  id: string;
  slug: string | null;
  role: string | null;
  /** Null in tokens of the format LEGACY, which have none. */
  permissions: readonly string[] | null;
}

export function readOrganization(claims: SessionClaims): OrganizationAccess | null {
  if (claims.v !== 2) {
    if (!claims.org_id) return null;
    return {
      id: claims.org_id,
      slug: claims.org_slug ?? null,
      role: claims.org_role ?? null,
      permissions: Array.isArray(claims.org_permissions) ? claims.org_permissions : null,
    };
  }
  const { o, fea } = claims;
  if (!o?.id) return null;
  return {
    id: o.id,
    slug: o.slg ?? null,
    role: o.rol ? `org:${o.rol}` : null,
    permissions: decodePermissions(splitByScope(fea).organization, o.per, o.fpm),
  };
}

/** Decodes `fpm`: a number for each feature, whose bit i grants the action i of `per`. */
function decodePermissions(features: string[], per: string | undefined, fpm: string | undefined) {
  if (!per || !fpm) return [];
  const actions = per.split(",").map((action) => action.trim());
  return fpm.split(",").flatMap((text, index) => {
    const feature = features[index];
    const number = text.trim();
    if (feature === undefined || !/^\d+$/.test(number)) return [];
    const mask = BigInt(number);
    const granted = actions.filter((_, bit) => (mask >> BigInt(bit)) & 1n);
    return granted.map((action) => `org:${feature}:${action}`);
  });
}

/** Splits `fea` and `pla`, whose entries are for organizations (o), users (u), or both. */
export function splitByScope(claim: string | undefined): {
  organization: string[];
  user: string[];
} {
  const found = { organization: [] as string[], user: [] as string[] };
  for (const entry of claim?.split(",") ?? []) {
    const [scope = "", ...rest] = entry.trim().split(":");
    const key = rest.join(":");
    if (/^(o|ou|uo)$/.test(scope)) found.organization.push(key);
    if (/^(u|ou|uo)$/.test(scope)) found.user.push(key);
  }
  return found;
}
