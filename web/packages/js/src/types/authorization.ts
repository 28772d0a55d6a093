declare global {
  /**
   * The roles and permissions of your instance. Declare its `role` and `permission` members to have
   * every role and permission parameter checked; `npx @tenantry/js types` writes the declaration.
   */
  interface TenantryAuthorization {}
}

export type SystemPermissionKey =
  | "org:sys_profile:manage"
  | "org:sys_profile:delete"
  | "org:sys_memberships:read"
  | "org:sys_memberships:manage"
  | "org:sys_domains:read"
  | "org:sys_domains:manage"
  | "org:sys_billing:read"
  | "org:sys_billing:manage"
  | "org:sys_entconns:manage"
  | "org:sys_api_keys:read"
  | "org:sys_api_keys:manage";

/** Any string that keeps the suggestions of an editor. */
type AnyString = string & Record<never, never>;

/** The key of a role, such as `org:admin`. */
export type RoleKey = TenantryAuthorization extends { role: infer Role extends string }
  ? Role
  : "org:admin" | "org:member" | AnyString;

/** The key of a permission, such as `org:sys_memberships:manage`. */
export type PermissionKey = TenantryAuthorization extends {
  permission: infer Permission extends string;
}
  ? Permission | SystemPermissionKey
  : SystemPermissionKey | AnyString;

/** What `has` checks. At least one member must be given, and all given ones must hold. */
export interface AuthorizationParams {
  /** The role in the active organization. `admin` equals `org:admin`. */
  readonly role?: RoleKey | undefined;
  readonly permission?: PermissionKey | undefined;
  /** The key of a feature in the plan of the active organization. */
  readonly feature?: string | undefined;
  /** The key of the plan of the active organization. */
  readonly plan?: string | undefined;
}

/** Says whether the signed-in user has a role, permission, feature, or plan in the active organization. */
export type Has = (params: AuthorizationParams) => boolean;

export type PermissionReason =
  | "GRANTED_BY_ROLE"
  | "GRANTED_TO_API_KEY"
  | "SECRET_KEY"
  | "NOT_A_MEMBER"
  | "ROLE_LACKS_PERMISSION"
  | "API_KEY_LACKS_PERMISSION"
  | "UNKNOWN_PERMISSION"
  | "ORGANIZATIONS_DISABLED"
  | "FEATURE_NOT_IN_PLAN";

/** The server's answer to a permission check, with the reason. */
export interface PermissionDecision {
  readonly allowed: boolean;
  readonly reason: PermissionReason;
  readonly permission: string;
  /** The role that grants the permission or lacks it. */
  readonly role: RoleResource | null;
}

/** A permission of the instance, with its name for people. */
export interface PermissionResource {
  readonly id: string;
  readonly key: PermissionKey;
  readonly name: string;
  readonly description: string | null;
  readonly type: "system" | "custom";
}

export interface RoleResource {
  readonly id: string;
  readonly key: RoleKey;
  readonly name: string;
  readonly description: string | null;
  readonly permissions: readonly PermissionKey[];
  /** Whether the viewer may give this role to others in the organization. */
  readonly isGrantable: boolean;
}
