// Domains of an organization. The SDK has no class for them: it hands on what the server sends.
import assert from "node:assert/strict";
import { type Here, makeOrganization, refused, type Rows } from "./support.ts";

export async function domains(here: Here): Promise<Rows> {
  const { organizations } = here.clerk;
  const { organization } = await makeOrganization(here, "domains");
  const organizationId = organization.id;
  const name = `${here.label}.example.org`;
  let domainId = "";

  return {
    "organizations.createOrganizationDomain": async () => {
      const made = await organizations.createOrganizationDomain({ organizationId, name, enrollmentMode: "manual_invitation" });
      const raw = made as unknown as Record<string, unknown>;
      assert.deepEqual([raw.object, raw.name, raw.enrollment_mode], ["organization_domain", name, "manual_invitation"]);
      assert.equal((raw.ownership_verification as { status: string }).status, "verified");
      domainId = made.id;
      const common = { organizationId, name: "gmail.com", enrollmentMode: "manual_invitation" } as const;
      await refused(organizations.createOrganizationDomain(common), 422, "organization_domain_common", { paramName: "name" });
    },

    "organizations.getOrganizationDomainList": async () => {
      const page = await organizations.getOrganizationDomainList({ organizationId, limit: 5 });
      assert.deepEqual([page.totalCount, page.data[0]?.id], [1, domainId]);
      await refused(organizations.getOrganizationDomainList({ organizationId: "org_none" }), 404, "resource_not_found");
    },

    "organizations.updateOrganizationDomain": async () => {
      const updated = await organizations.updateOrganizationDomain({ organizationId, domainId, enrollmentMode: "automatic_suggestion" });
      assert.equal((updated as unknown as Record<string, unknown>).enrollment_mode, "automatic_suggestion");
      const other = { organizationId, domainId: "orgdmn_none", enrollmentMode: "manual_invitation" } as const;
      await refused(organizations.updateOrganizationDomain(other), 404, "resource_not_found");
    },

    "organizations.deleteOrganizationDomain": async () => {
      const gone: unknown = await organizations.deleteOrganizationDomain({ organizationId, domainId });
      assert.deepEqual({ ...(gone as object) }, { object: "organization_domain", id: domainId, slug: null, deleted: true });
      await refused(organizations.deleteOrganizationDomain({ organizationId, domainId }), 404, "resource_not_found");
    },
  };
}
