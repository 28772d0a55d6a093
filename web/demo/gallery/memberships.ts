import type {
  OrganizationMembershipRequestResource,
  OrganizationMembershipResource,
  OrganizationResource,
  RoleResource,
} from "@tenantry/js";
import { NOW, type PersonData, ROLES } from "./data.ts";
import { refusal, type World } from "./world.ts";

export const roleOf = (key: string): RoleResource => {
  const role = ROLES.find((known) => known.key === key);
  if (!role) throw new Error(`There is no role ${key}.`);
  return role;
};

export function membershipOf(
  organization: OrganizationResource,
  row: PersonData,
): OrganizationMembershipResource {
  const role = roleOf(row.role);
  const membership: OrganizationMembershipResource = {
    id: `orgmem_${organization.id}_${row.userId}`,
    role: role.key,
    roleName: role.name,
    permissions: role.permissions,
    publicMetadata: {},
    publicUserData: row,
    organization,
    createdAt: row.joined,
    updatedAt: NOW,
    update: (params) => organization.updateMember({ userId: row.userId, role: params.role }),
    destroy: () => organization.removeMember(row.userId),
  };
  return Object.freeze(membership);
}

export function changeRole(
  world: World,
  organization: OrganizationResource,
  userId: string,
  role: string,
): OrganizationMembershipResource {
  world.people = world.people.map((row) => (row.userId === userId ? { ...row, role } : row));
  world.invalidate("memberships", organization);
  return membershipOf(organization, personOf(world, userId));
}

export function removeMember(
  world: World,
  organization: OrganizationResource,
  userId: string,
): OrganizationMembershipResource {
  const row = personOf(world, userId);
  world.people = world.people.filter((other) => other !== row);
  world.invalidate("memberships", organization);
  return membershipOf(organization, row);
}

function personOf(world: World, userId: string): PersonData {
  const row = world.people.find((one) => one.userId === userId);
  if (!row) throw refusal("resource_not_found");
  return row;
}

export function requestOf(
  world: World,
  organization: OrganizationResource,
  row: PersonData,
): OrganizationMembershipRequestResource {
  const settle = (): void => {
    world.requests = world.requests.filter((other) => other !== row);
    world.invalidate("membershipRequests", organization);
  };
  const request: OrganizationMembershipRequestResource = {
    id: `orgmreq_${row.userId}`,
    organizationId: organization.id,
    publicUserData: row,
    status: "pending",
    createdAt: row.joined,
    updatedAt: NOW,
    accept: () =>
      world.answer("acceptRequest", () => {
        settle();
        return membershipOf(organization, row);
      }),
    reject: () =>
      world.answer("rejectRequest", () => {
        settle();
        return request;
      }),
  };
  return Object.freeze(request);
}
