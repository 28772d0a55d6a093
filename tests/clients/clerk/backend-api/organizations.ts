// Organizations: create, read, update, metadata, logo, delete.
import assert from "node:assert/strict";
import { expect, expectPage, type Here, kindOf, makeUser, refused, type Rows } from "./support.ts";

// One red dot.
const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

export async function organizations(here: Here): Promise<Rows> {
  const { organizations } = here.clerk;
  const user = await makeUser(here, "founder");
  const slug = `rows-${here.label}`;
  let id = "";

  return {
    "organizations.createOrganization": async () => {
      const made = await organizations.createOrganization({
        name: "Rows",
        slug,
        createdBy: user.id,
        maxAllowedMemberships: 7,
        publicMetadata: { camelCase: { in: "side" } },
        privateMetadata: { snake_case: [1, 2] },
      });
      expect(made, "Organization", {
        name: "Rows",
        slug,
        createdBy: user.id,
        maxAllowedMemberships: 7,
        hasImage: false,
        publicMetadata: { camelCase: { in: "side" } },
        privateMetadata: { snake_case: [1, 2] },
      });
      assert.match(made.id, /^org_/);
      assert.match(made.imageUrl, /^http/);
      assert.ok(Math.abs(made.createdAt - Date.now()) < 60_000, "createdAt is not in milliseconds");
      id = made.id;
      await refused(organizations.createOrganization({ name: "Rows", slug }), 422, "form_identifier_exists", { paramName: "slug" });
      await refused(organizations.createOrganization({ name: "X", createdBy: "user_none" }), 400, "organization_creator_not_found", { paramName: "created_by" });
      // All faults of one body are in one answer.
      const both = await refused(organizations.createOrganization({ name: "", slug: "No Slug" }), 422, "form_param_missing");
      assert.deepEqual(both.errors.map((error) => error.meta?.paramName).sort(), ["name", "slug"]);
    },

    "organizations.getOrganization": async () => {
      expect(await organizations.getOrganization({ organizationId: id }), "Organization", { slug });
      const counted = await organizations.getOrganization({ slug, includeMembersCount: true });
      expect(counted, "Organization", { id, membersCount: 1 });
      await refused(organizations.getOrganization({ organizationId: "org_none" }), 404, "resource_not_found");
    },

    "organizations.getOrganizationList": async () => {
      const found = await organizations.getOrganizationList({ query: slug, includeMembersCount: true, orderBy: "-name", limit: 5 });
      const [first] = expectPage(found, "Organization");
      assert.deepEqual([first?.id, first?.membersCount], [id, 1]);
      const chosen = await organizations.getOrganizationList({ organizationId: [id] });
      assert.deepEqual(chosen.data.map((one) => one.id), [id]);
      const page = await organizations.getOrganizationList({ limit: 1, offset: 1 });
      assert.equal(page.data.length, 1);
      await refused(organizations.getOrganizationList({ limit: 1_000_000 }), 422, "form_param_value_too_large", { paramName: "limit" });
      await refused(organizations.getOrganizationList({ offset: 10_001 }), 422, "form_param_value_too_large", { paramName: "offset" });
    },

    "organizations.updateOrganization": async () => {
      const updated = await organizations.updateOrganization(id, {
        name: "Rows renamed",
        adminDeleteEnabled: false,
        publicMetadata: { replaced: true },
      });
      expect(updated, "Organization", {
        name: "Rows renamed",
        adminDeleteEnabled: false,
        publicMetadata: { replaced: true },
        privateMetadata: { snake_case: [1, 2] },
      });
      await refused(organizations.updateOrganization(id, { maxAllowedMemberships: -1 }), 422, "form_param_value_invalid", { paramName: "max_allowed_memberships" });
      await refused(organizations.updateOrganization("org_none", { name: "X" }), 404, "resource_not_found");
    },

    "organizations.updateOrganizationMetadata": async () => {
      const merged = await organizations.updateOrganizationMetadata(id, {
        publicMetadata: { more: { deep: 1 } },
        privateMetadata: { snake_case: null },
      });
      expect(merged, "Organization", { publicMetadata: { replaced: true, more: { deep: 1 } }, privateMetadata: {} });
      const large = { publicMetadata: { text: "x".repeat(9000) } };
      await refused(organizations.updateOrganizationMetadata(id, large), 422, "form_param_exceeds_allowed_size", { paramName: "public_metadata" });
    },

    "organizations.replaceOrganizationMetadata": async () => {
      const replaced = await organizations.replaceOrganizationMetadata(id, { publicMetadata: { only: "this" } });
      expect(replaced, "Organization", { publicMetadata: { only: "this" }, privateMetadata: {} });
      await refused(organizations.replaceOrganizationMetadata("org_none", { publicMetadata: {} }), 404, "resource_not_found");
    },

    "organizations.updateOrganizationLogo": async () => {
      const file = new Blob([Buffer.from(PNG, "base64")], { type: "image/png" });
      expect(await organizations.updateOrganizationLogo(id, { file, uploaderUserId: user.id }), "Organization", { id, hasImage: true });
      const text = new Blob(["no image"], { type: "image/png" });
      await refused(organizations.updateOrganizationLogo(id, { file: text }), 422, "form_param_format_invalid", { paramName: "file" });
    },

    "organizations.deleteOrganizationLogo": async () => {
      expect(await organizations.deleteOrganizationLogo(id), "Organization", { id, hasImage: false });
      await refused(organizations.deleteOrganizationLogo("org_none"), 404, "resource_not_found");
    },

    "organizations.deleteOrganization": async () => {
      const deleted: unknown = await organizations.deleteOrganization(id);
      assert.equal(kindOf(deleted), "DeletedObject");
      assert.deepEqual({ ...(deleted as object) }, { object: "organization", id, slug, deleted: true });
      await refused(organizations.deleteOrganization(id), 404, "resource_not_found");
    },
  };
}
