/** The API of the server for services, with the method names of the original's SDK. */

import { readEnvironment, readUrl, requireSecretKey, type TenantryOptions } from "../options.ts";
import { type InvitationMethods, invitationMethods } from "./invitations.ts";
import { type MembershipMethods, membershipMethods } from "./memberships.ts";
import { type OrganizationMethods, organizationMethods } from "./organizations.ts";
import { createSend } from "./send.ts";
import { type UserMethods, userMethods } from "./users.ts";

export interface TenantryClient {
  organizations: OrganizationMethods & MembershipMethods & InvitationMethods;
  users: UserMethods;
}

/** A client with a secret key. Every method rejects with a `TenantryError`, and never resolves with a refusal. */
export function tenantryClient(
  options: Pick<TenantryOptions, "url" | "secretKey" | "fetch"> = {},
): TenantryClient {
  const secretKey = options.secretKey ?? readEnvironment("TENANTRY_SECRET_KEY");
  const settings = {
    url: readUrl(options.url ?? readEnvironment("TENANTRY_URL")),
    fetch: options.fetch ?? ((...given) => globalThis.fetch(...given)),
  };
  const send = createSend(settings, requireSecretKey({ secretKey }));
  return {
    organizations: {
      ...organizationMethods(send),
      ...membershipMethods(send),
      ...invitationMethods(send),
    },
    users: userMethods(send),
  };
}
