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

export interface Sent {
  count: number;
  /** The refused addresses in lower case, each with what was refused. */
  refused: ReadonlyMap<string, TenantryApiError>;
}

/** Invites people, a hundred at a time. Addresses that are refused don't hold up the others. */
export async function sendInvitations({
  organization,
  addresses,
  role,
  onProgress,
}: SendParams): Promise<Sent> {
  const refused = new Map<string, TenantryApiError>();
  let count = 0;
  for (let start = 0; start < addresses.length; start += AT_ONCE) {
    const { invitations, errors } = await organization.inviteMembers({
      emailAddresses: addresses.slice(start, start + AT_ONCE),
      onError: "skip_failed",
      ...(role === undefined ? {} : { role }),
    });
    count += invitations.length;
    for (const [address, error] of byAddress(errors)) refused.set(address, error);
    onProgress(Math.min(start + AT_ONCE, addresses.length));
  }
  return { count, refused };
}

function byAddress(errors: readonly TenantryApiError[]): [string, TenantryApiError][] {
  return errors.flatMap((error) =>
    (error.meta.emailAddresses ?? []).map((address): [string, TenantryApiError] => [
      address.toLowerCase(),
      error,
    ]),
  );
}

/** The addresses that a refusal of the whole call names. */
export function refusedIn(error: unknown): ReadonlyMap<string, TenantryApiError> {
  return new Map(isTenantryError(error) ? byAddress(error.errors) : []);
}
