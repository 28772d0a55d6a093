import type { OrganizationDomainResource, OrganizationResource } from "@tenantry/js";
import { type DomainData, TIMES } from "./data.ts";
import { refusal, type World } from "./world.ts";

export function domainOf(
  world: World,
  organization: OrganizationResource,
  row: DomainData,
): OrganizationDomainResource {
  const become = (change: Partial<DomainData>): OrganizationDomainResource => {
    const next = { ...row, ...change };
    world.domains = world.domains.map((one) => (one.id === row.id ? next : one));
    world.invalidate("domains", organization);
    return domainOf(world, organization, next);
  };
  const domain: OrganizationDomainResource = {
    ...row,
    ...TIMES,
    organizationId: organization.id,
    affiliation: null,
    affiliationEmailAddress: null,
    ownership: null,
    prepareAffiliationVerification: () => world.answer("prepareAffiliation", () => become({})),
    attemptAffiliationVerification: ({ code }) =>
      world.answer("attemptAffiliation", () => {
        if (code !== "424242") throw refusal("form_code_incorrect", { paramName: "code" });
        return become({ verified: true });
      }),
    prepareOwnershipVerification: () => world.answer("prepareOwnership", () => become({})),
    attemptOwnershipVerification: () =>
      world.answer("attemptOwnership", () => become({ verified: true })),
    updateEnrollmentMode: ({ enrollmentMode }) =>
      world.answer("updateEnrollmentMode", () => become({ enrollmentMode })),
    delete: () =>
      world.answer("deleteDomain", () => {
        world.domains = world.domains.filter(({ id }) => id !== row.id);
        world.invalidate("domains", organization);
      }),
  };
  return Object.freeze(domain);
}

export function addDomain(
  world: World,
  organization: OrganizationResource,
  name: string,
): OrganizationDomainResource {
  const row: DomainData = {
    id: `orgdmn_${name}`,
    name,
    verified: false,
    enrollmentMode: "manual_invitation",
    totalPendingInvitations: 0,
    totalPendingSuggestions: 0,
  };
  world.domains = [...world.domains, row];
  world.invalidate("domains", organization);
  return domainOf(world, organization, row);
}
