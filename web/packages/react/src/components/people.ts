import type { PublicUserData, UserResource } from "@tenantry/js";

type Named = Pick<PublicUserData | UserResource, "firstName" | "lastName" | "identifier">;

/** The full name, or the address of somebody who has given none. */
export function personName(person: Named): string {
  return [person.firstName, person.lastName].filter(Boolean).join(" ") || person.identifier;
}
