/** Reads what a user may do in an organization from the server, and keeps it for some seconds. */

import { createSend } from "../client/send.ts";
import { AccessDocument, type AccessQuery } from "../generated/access.ts";
import { requireSecretKey, type Settings } from "../options.ts";
import type { StoredAccess } from "./auth.ts";

const MOST_ENTRIES = 10_000;
// Longer than every slug and ID. It comes from a URL, and is kept.
const LONGEST_REFERENCE = 100;

export type ReadAccess = (userId: string, slugOrId: string) => Promise<StoredAccess | null>;

export function createAccessReader(settings: Settings): ReadAccess {
  const kept = new Map<string, { until: number; access: Promise<StoredAccess | null> }>();

  return async (userId, slugOrId) => {
    const send = createSend(settings, requireSecretKey(settings));
    if (!slugOrId || slugOrId.length > LONGEST_REFERENCE) return null;
    const key = `${userId} ${slugOrId}`;
    const now = settings.clock();
    const found = kept.get(key);
    if (found && found.until > now) return found.access;
    const access = send(AccessDocument, { by: toReference(slugOrId), userId }).then(readAccess);
    kept.delete(key);
    // The oldest entry is the first.
    const [oldest] = kept.keys();
    if (kept.size >= MOST_ENTRIES && oldest !== undefined) kept.delete(oldest);
    kept.set(key, { until: now + settings.accessSeconds * 1000, access });
    // What failed is asked again by the next request.
    access.catch(() => kept.delete(key));
    return access;
  };
}

/** A slug has no underscore. */
export function toReference(slugOrId: string): { id: string } | { slug: string } {
  return slugOrId.startsWith("org_") ? { id: slugOrId } : { slug: slugOrId };
}

/** Null for who isn't a member, whether the organization exists or not. */
function readAccess({ organization }: AccessQuery): StoredAccess | null {
  if (!organization?.membership) return null;
  const { id, slug, name, imageUrl, plan, membership } = organization;
  const keys = new Set([
    ...organization.features.map(({ key }) => key),
    ...membership.permissions.map((permission) => permission.split(":")[1]),
  ]);
  return {
    id,
    slug,
    role: membership.role.key,
    permissions: membership.permissions,
    profile: { id, slug, name, imageUrl },
    features: [...keys].map((key) => `o:${key}`).join(","),
    plans: plan ? `o:${plan.key}` : undefined,
  };
}
