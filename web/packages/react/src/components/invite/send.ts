import {
  isTenantryError,
  type OrganizationResource,
  type RoleKey,
  type TenantryApiError,
} from "@tenantry/js";

/** The largest number of people that the server invites at once. */
const AT_ONCE = 100;

export interface SendParams {
  organization: OrganizationResource;
  addresses: readonly string[];
  role?: RoleKey;
  onProgress: (done: number) => void;
}

/** What has become of the addresses, which are in lower case here. */
export interface Outcome {
  sent: ReadonlySet<string>;
  refused: ReadonlyMap<string, TenantryApiError>;
  /** Why a hundred was refused as a whole. Those before it are sent, and those behind it aren't. */
  failure?: unknown;
}

/** Invites people, a hundred at a time. Addresses that are refused don't hold up the others. */
export async function sendInvitations({
  organization,
  addresses,
  role,
  onProgress,
}: SendParams): Promise<Outcome> {
  const refused = new Map<string, TenantryApiError>();
  const sent = new Set<string>();
  for (let start = 0; start < addresses.length; start += AT_ONCE) {
    const emailAddresses = addresses.slice(start, start + AT_ONCE);
    try {
      const { errors } = await organization.inviteMembers({
        emailAddresses,
        onError: "skip_failed",
        ...(role === undefined ? {} : { role }),
      });
      for (const [address, error] of byAddress(errors)) refused.set(address, error);
    } catch (failure) {
      const named = isTenantryError(failure) ? byAddress(failure.errors) : [];
      for (const [address, error] of named) refused.set(address, error);
      return { sent, refused, ...(named.length > 0 ? {} : { failure }) };
    }
    for (const address of emailAddresses) {
      if (!refused.has(address.toLowerCase())) sent.add(address.toLowerCase());
    }
    onProgress(Math.min(start + AT_ONCE, addresses.length));
  }
  return { sent, refused };
}

function byAddress(errors: readonly TenantryApiError[]): [string, TenantryApiError][] {
  return errors.flatMap((error) =>
    (error.meta.emailAddresses ?? []).map((address): [string, TenantryApiError] => [
      address.toLowerCase(),
      error,
    ]),
  );
}
