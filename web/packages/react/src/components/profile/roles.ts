import type { OrganizationResource, RoleResource } from "@tenantry/js";
import { useEffect, useState } from "react";

/** The roles of the organization. It is empty until they are there. */
export function useRoles(organization: OrganizationResource): readonly RoleResource[] {
  const [roles, setRoles] = useState<readonly RoleResource[]>([]);
  const { getRoles } = organization;
  useEffect(() => {
    let isOver = false;
    // Without the roles, each row shows its own role and no other.
    getRoles().then(
      (found) => !isOver && setRoles(found),
      () => {},
    );
    return () => {
      isOver = true;
    };
  }, [getRoles]);
  return roles;
}
