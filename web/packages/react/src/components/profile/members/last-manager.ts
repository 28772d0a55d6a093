import type { PermissionKey } from "@tenantry/js";
import { useOrganization } from "../../../hooks/useOrganization.ts";
import type { Shown } from "../general/general.tsx";
import { useRoles } from "./roles.ts";

/** At least one member must hold all of these. */
const MANAGER: readonly PermissionKey[] = [
  "org:sys_memberships:manage",
  "org:sys_memberships:read",
  "org:sys_profile:delete",
];

const isManager = (permissions: readonly PermissionKey[]): boolean =>
  MANAGER.every((key) => permissions.includes(key));

/** Whether the viewer is the only member who can manage the organization, and so can't leave it. */
export function useIsLastManager({ organization, membership }: Shown): boolean {
  const roles = useRoles(organization);
  const managing = roles.filter((role) => isManager(role.permissions)).map(({ key }) => key);
  const isOne = isManager(membership.permissions) && managing.length > 0;
  const { memberships } = useOrganization({
    organization: organization.id,
    ...(isOne ? { memberships: { role: managing, pageSize: 1 } } : {}),
  });
  return isOne && !memberships.isLoading && memberships.count === 1;
}
