import type { OrganizationResource, PermissionKey, PermissionResource } from "@tenantry/js";
import { useLocale } from "../../../localization.tsx";
import { useAnswer } from "../../use-answer.ts";

const LISTS = ["roles"] as const;

export interface NamedPermission {
  key: PermissionKey;
  name: string;
  /** What the product says about a permission of its own. */
  description: string | null;
}

/** Permissions as people read them. Nothing before the server has answered; after a failure, their keys. */
export function usePermissionNames(
  organization: OrganizationResource,
): ((keys: readonly PermissionKey[]) => readonly NamedPermission[]) | undefined {
  const words: Readonly<Record<string, string>> =
    useLocale().text.organizationProfile.apiKeys.permissionNames;
  const { data, error } = useAnswer(organization, LISTS, organization.getPermissions);
  if (!data && !error) return undefined;
  const known = new Map<string, PermissionResource>(data?.map((one) => [one.key, one]));
  return (keys) =>
    keys.map((key) => {
      const { name, description = null } = known.get(key) ?? {};
      const own = words[key];
      return own ? { key, name: own, description: null } : { key, name: name ?? key, description };
    });
}
