import type { OrganizationResource, RoleResource } from "@tenantry/js";
import { useAnswer } from "../../use-answer.ts";

const LISTS = ["roles"] as const;
const NONE: readonly RoleResource[] = [];

/** The roles of the organization. Without them, each row shows its own role and no other. */
export function useRoles(organization: OrganizationResource): readonly RoleResource[] {
  return useAnswer(organization, LISTS, organization.getRoles).data ?? NONE;
}
