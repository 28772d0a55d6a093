// Permissions, roles, and role sets of the instance. Only version 3 of the SDK has them.
import assert from "node:assert/strict";
import { expect, expectPage, type Here, makeOrganization, refused, type Rows } from "./support.ts";

export async function roleModel(here: Here): Promise<Rows> {
  const { organizationPermissions, organizationRoles, roleSets } = here.clerk;
  let permissionId = "";
  let roleId = "";

  return {
    "organizationPermissions.createOrganizationPermission": async () => {
      const input = { key: "org:reports:read", name: "Read reports", description: "Reads the reports." };
      const made = await organizationPermissions.createOrganizationPermission(input);
      expect(made, "Permission", input);
      permissionId = made.id;
      await refused(organizationPermissions.createOrganizationPermission(input), 422, "form_identifier_exists", { paramName: "key" });
      await refused(organizationPermissions.createOrganizationPermission({ key: "reports", name: "X" }), 422, "form_param_format_invalid", { paramName: "key" });
    },

    "organizationPermissions.getOrganizationPermission": async () => {
      expect(await organizationPermissions.getOrganizationPermission(permissionId), "Permission", { key: "org:reports:read" });
      await refused(organizationPermissions.getOrganizationPermission("perm_none"), 404, "resource_not_found");
    },

    "organizationPermissions.getOrganizationPermissionList": async () => {
      const all = await organizationPermissions.getOrganizationPermissionList({ orderBy: "+key", limit: 100 });
      const keys = expectPage(all, "Permission").map((one) => one.key);
      assert.deepEqual(keys, keys.toSorted());
      assert.ok(keys.includes("org:sys_memberships:manage"));
      const found = await organizationPermissions.getOrganizationPermissionList({ query: "reports" });
      assert.deepEqual(found.data.map((one) => one.id), [permissionId]);
    },

    "organizationPermissions.updateOrganizationPermission": async () => {
      const updated = await organizationPermissions.updateOrganizationPermission({ permissionId, name: "See reports" });
      expect(updated, "Permission", { name: "See reports", description: "Reads the reports." });
      const { data } = await organizationPermissions.getOrganizationPermissionList({ query: "sys_profile:manage" });
      const system = { permissionId: data[0]?.id ?? "", name: "Mine" };
      await refused(organizationPermissions.updateOrganizationPermission(system), 403, "organization_system_permission_not_modifiable");
    },

    "organizationRoles.createOrganizationRole": async () => {
      const input = { key: "org:auditor", name: "Auditor", description: "Reads everything." };
      const made = await organizationRoles.createOrganizationRole({ ...input, permissions: [permissionId], includeInInitialRoleSet: true });
      expect(made, "Role", { ...input, isCreatorEligible: false });
      assert.deepEqual(made.permissions.map((one) => one.key), ["org:reports:read"]);
      for (const permission of made.permissions) expect(permission, "Permission");
      roleId = made.id;
      await refused(organizationRoles.createOrganizationRole(input), 422, "form_identifier_exists", { paramName: "key" });
      const unknown = { key: "org:other", name: "Other", permissions: ["perm_none"] };
      await refused(organizationRoles.createOrganizationRole(unknown), 404, "resource_not_found", { paramName: "permissions" });
    },

    "organizationRoles.getOrganizationRole": async () => {
      expect(await organizationRoles.getOrganizationRole(roleId), "Role", { key: "org:auditor" });
      await refused(organizationRoles.getOrganizationRole("role_none"), 404, "resource_not_found");
    },

    "organizationRoles.getOrganizationRoleList": async () => {
      const all = await organizationRoles.getOrganizationRoleList({ orderBy: "-name" });
      const names = expectPage(all, "Role").map((one) => one.name);
      assert.deepEqual(names, names.toSorted().reverse());
      const found = await organizationRoles.getOrganizationRoleList({ query: "audit" });
      assert.deepEqual([found.totalCount, found.data[0]?.id], [1, roleId]);
    },

    "organizationRoles.assignPermissionToOrganizationRole": async () => {
      const { data } = await organizationPermissions.getOrganizationPermissionList({ query: "sys_memberships:read" });
      const other = { organizationRoleId: roleId, permissionId: data[0]?.id ?? "" };
      const given = await organizationRoles.assignPermissionToOrganizationRole(other);
      assert.deepEqual(expect(given, "Role").permissions.map((one) => one.key), ["org:reports:read", "org:sys_memberships:read"]);
      await refused(organizationRoles.assignPermissionToOrganizationRole(other), 409, "organization_role_permission_association_exists");
    },

    "organizationRoles.removePermissionFromOrganizationRole": async () => {
      const { data } = await organizationPermissions.getOrganizationPermissionList({ query: "sys_memberships:read" });
      const other = { organizationRoleId: roleId, permissionId: data[0]?.id ?? "" };
      const taken = await organizationRoles.removePermissionFromOrganizationRole(other);
      assert.deepEqual(expect(taken, "Role").permissions.map((one) => one.key), ["org:reports:read"]);
      await refused(organizationRoles.removePermissionFromOrganizationRole(other), 404, "resource_not_found");
    },

    "organizationRoles.updateOrganizationRole": async () => {
      const updated = await organizationRoles.updateOrganizationRole({ organizationRoleId: roleId, name: "Inspector", key: "org:inspector" });
      expect(updated, "Role", { id: roleId, name: "Inspector", key: "org:inspector", description: "Reads everything." });
      assert.equal(updated.permissions.length, 1);
      await refused(organizationRoles.updateOrganizationRole({ organizationRoleId: "role_none", name: "X" }), 404, "resource_not_found");
    },

    "roleSets.getRoleSetList": async () => {
      const [initial] = expectPage(await roleSets.getRoleSetList(), "RoleSet");
      assert.ok(initial);
      expect(initial, "RoleSet", { type: "initial", roleSetMigration: null });
      expect(initial.creatorRole ?? assert.fail(), "RoleSetItem", { key: "org:admin" });
      assert.ok(initial.roles.some((role) => role.key === "org:inspector"));
    },

    "roleSets.createRoleSet": async () => {
      const input = { name: "Partners", key: "role_set:partners", roles: ["org:admin", "org:member"], defaultRoleKey: "org:member", creatorRoleKey: "org:admin" };
      const made = await roleSets.createRoleSet(input);
      expect(made, "RoleSet", { name: "Partners", key: "role_set:partners", type: "custom" });
      assert.deepEqual([made.defaultRole?.key, made.creatorRole?.key], ["org:member", "org:admin"]);
      await refused(roleSets.createRoleSet(input), 422, "form_identifier_exists", { paramName: "key" });
      await refused(roleSets.createRoleSet({ ...input, key: "role_set:bad", creatorRoleKey: "org:member" }), 422, "organization_missing_creator_role_permissions", { paramName: "creator_role_key" });
    },

    "roleSets.getRoleSet": async () => {
      const byKey = expect(await roleSets.getRoleSet("role_set:partners"), "RoleSet", { name: "Partners" });
      expect(await roleSets.getRoleSet(byKey.id), "RoleSet", { key: "role_set:partners" });
      await refused(roleSets.getRoleSet("role_set:none"), 404, "resource_not_found");
    },

    "roleSets.updateRoleSet": async () => {
      const updated = await roleSets.updateRoleSet({ roleSetKeyOrId: "role_set:partners", name: "Resellers", defaultRoleKey: "org:admin" });
      expect(updated, "RoleSet", { name: "Resellers" });
      assert.equal(updated.defaultRole?.key, "org:admin");
      await refused(roleSets.updateRoleSet({ roleSetKeyOrId: "role_set:partners", defaultRoleKey: "org:inspector" }), 422, "form_param_value_invalid", { paramName: "default_role_key" });
    },

    "roleSets.addRolesToRoleSet": async () => {
      const extended = await roleSets.addRolesToRoleSet({ roleSetKeyOrId: "role_set:partners", roleKeys: ["org:inspector"], defaultRoleKey: "org:inspector" });
      assert.deepEqual(extended.roles.map((role) => role.key).toSorted(), ["org:admin", "org:inspector", "org:member"]);
      assert.equal(extended.defaultRole?.key, "org:inspector");
      await refused(roleSets.addRolesToRoleSet({ roleSetKeyOrId: "role_set:partners", roleKeys: ["org:none"] }), 404, "resource_not_found", { paramName: "role_keys" });
    },

    "roleSets.replaceRoleInRoleSet": async () => {
      const replaced = await roleSets.replaceRoleInRoleSet({ roleSetKeyOrId: "role_set:partners", roleKey: "org:inspector", toRoleKey: "org:member" });
      assert.deepEqual(replaced.roles.map((role) => role.key).toSorted(), ["org:admin", "org:member"]);
      assert.equal(replaced.defaultRole?.key, "org:member");
      await refused(roleSets.replaceRoleInRoleSet({ roleSetKeyOrId: "role_set:partners", roleKey: "org:inspector", toRoleKey: "org:member" }), 422, "form_param_value_invalid", { paramName: "role_key" });
    },

    "roleSets.replaceRoleSet": async () => {
      const { id } = await roleSets.getRoleSet("role_set:partners");
      const [initial] = (await roleSets.getRoleSetList()).data.filter((one) => one.type === "initial");
      const destination = { roleSetKeyOrId: "role_set:partners", destRoleSetKey: initial?.key ?? "" };
      const gone = await roleSets.replaceRoleSet(destination);
      assert.deepEqual({ ...gone }, { object: "role_set", id, slug: null, deleted: true });
      await refused(roleSets.replaceRoleSet(destination), 404, "resource_not_found");
    },

    "organizationRoles.deleteOrganizationRole": async () => {
      const { organization } = await makeOrganization(here, "roles");
      const { organizations } = here.clerk;
      const invited = { organizationId: organization.id, emailAddress: `role@${here.label}.example.org`, role: "org:inspector" };
      const invitation = await organizations.createOrganizationInvitation(invited);
      await refused(organizationRoles.deleteOrganizationRole(roleId), 422, "organization_role_exists_in_invitations");
      await organizations.revokeOrganizationInvitation({ organizationId: organization.id, invitationId: invitation.id });
      const gone = await organizationRoles.deleteOrganizationRole(roleId);
      assert.deepEqual({ ...gone }, { object: "role", id: roleId, slug: null, deleted: true });
      await refused(organizationRoles.deleteOrganizationRole(roleId), 404, "resource_not_found");
    },

    "organizationPermissions.deleteOrganizationPermission": async () => {
      const gone = await organizationPermissions.deleteOrganizationPermission(permissionId);
      assert.deepEqual({ ...gone }, { object: "permission", id: permissionId, slug: null, deleted: true });
      await refused(organizationPermissions.deleteOrganizationPermission(permissionId), 404, "resource_not_found");
    },
  };
}
