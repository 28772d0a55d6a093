/** The objects of the gallery: made-up people and organizations, with names of every kind. */
import type {
  ApiKeyResource,
  InstanceResource,
  InvitationStatus,
  OrganizationDomainResource,
  PermissionKey,
  PermissionResource,
  PublicUserData,
  RoleResource,
} from "@tenantry/js";

export const NOW: Date = new Date("2026-06-15T10:00:00Z");
/** When an organization and what belongs to it was made and changed. */
export const TIMES = { createdAt: new Date("2025-11-03T09:00:00Z"), updatedAt: NOW } as const;

const day = (days: number): Date => new Date(NOW.getTime() + days * 86_400_000);

export interface PersonData extends PublicUserData {
  joined: Date;
  role: string;
}

const plainLetters = (name: string): string =>
  name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "");

const person = (
  number: number,
  firstName: string | null,
  lastName: string | null,
  role = "org:member",
): PersonData => ({
  userId: `user_${number}`,
  firstName,
  lastName,
  identifier: `${plainLetters(firstName ?? "") || `person${number}`}@example.com`,
  imageUrl: null,
  hasImage: false,
  joined: day(-number * 17),
  role,
});

export const ADA: PersonData = person(1, "Ada", "Lovelace", "org:admin");

export const PEOPLE: readonly PersonData[] = [
  ADA,
  person(2, "Grace", "Hopper", "org:admin"),
  person(3, "Katherine", "Johnson"),
  person(4, "Margaret", "Hamilton"),
  person(5, "Sofja", "Kowalewskaja"),
  person(6, "محمد", "الخوارزمي"),
  person(7, "Nguyễn", "Thị Minh"),
  person(8, null, null),
  person(9, "Maria Gaetana", "Agnesi-Della-Valle-Bartolomei-Montefiascone"),
  person(10, "Emmy", "Noether"),
  person(11, "Hedy", "Lamarr"),
  person(12, "Radia", "Perlman"),
];

export interface OrganizationSeed {
  id: string;
  name: string;
  slug: string;
}

const organization = (id: string, name: string): OrganizationSeed => ({
  id: `org_${id}`,
  name,
  slug: id,
});

export const ENGINES: OrganizationSeed = organization("engines", "Analytical Engines");

export const ORGANIZATIONS: readonly OrganizationSeed[] = [
  ENGINES,
  organization("difference", "Difference Lab"),
  organization("observatory", "Observatory of the Northern Hemisphere and Its Many Friends"),
];

export const manyOrganizations = (count: number): readonly OrganizationSeed[] =>
  Array.from({ length: count }, (_, index) =>
    index === 0 ? ENGINES : organization(`team-${index}`, `Team ${String(index).padStart(3, "0")}`),
  );

/** Names that try to break out of text, links, and styles. */
export const HOSTILE = "<img src=x onerror=alert(1)>\"';}</style><script>alert(2)</script>";

const permissions: readonly PermissionKey[] = [
  "org:sys_profile:manage",
  "org:sys_profile:delete",
  "org:sys_memberships:read",
  "org:sys_memberships:manage",
  "org:sys_domains:read",
  "org:sys_domains:manage",
  "org:sys_billing:read",
  "org:sys_billing:manage",
  "org:sys_api_keys:read",
  "org:sys_api_keys:manage",
  "org:looms:repair",
];

/** The permissions of the product itself; those of Tenantry have their names from the language. */
export const OWN_PERMISSIONS: readonly PermissionResource[] = [
  {
    id: "perm_1",
    key: "org:looms:repair",
    name: "Repair looms",
    description: "Stop a loom, and change its cards.",
    type: "custom",
  },
];

export const ROLES: readonly RoleResource[] = [
  {
    id: "role_1",
    key: "org:admin",
    name: "Admin",
    description: null,
    permissions,
    isGrantable: true,
  },
  {
    id: "role_2",
    key: "org:member",
    name: "Member",
    description: null,
    permissions: ["org:sys_memberships:read", "org:sys_billing:read"],
    isGrantable: true,
  },
  {
    id: "role_3",
    key: "org:auditor",
    name: "Auditor",
    description: null,
    permissions: ["org:sys_memberships:read", "org:sys_api_keys:read"],
    isGrantable: false,
  },
];

export const INSTANCE: InstanceResource = {
  name: "Calculus",
  logoUrl: null,
  homeUrl: null,
  signInUrl: "https://example.com/sign-in",
  signUpUrl: "https://example.com/sign-up",
  organizationsEnabled: true,
  membershipMode: "optional",
  slugsEnabled: true,
  maxAllowedMemberships: 0,
  createOrganizationEnabled: true,
  adminDeleteEnabled: true,
  invitationExpiresInDays: 30,
  domainsEnabled: true,
  domainsEnrollmentModes: ["manual_invitation", "automatic_invitation", "automatic_suggestion"],
  billingEnabled: true,
  billingUrl: "https://example.com/billing",
};

export interface InvitationData {
  id: string;
  emailAddress: string;
  role: string;
  status: InvitationStatus;
  mail: "queued" | "sent" | "failed";
  inviterName: string | null;
  createdAt: Date;
  expiresAt: Date;
}

const invitation = (
  number: number,
  emailAddress: string,
  status: InvitationStatus,
  mail: InvitationData["mail"],
): InvitationData => ({
  id: `orginv_${number}`,
  emailAddress,
  role: "org:member",
  status,
  mail,
  inviterName: "Ada Lovelace",
  createdAt: day(-number),
  expiresAt: day(30 - number),
});

export const INVITATIONS: readonly InvitationData[] = [
  invitation(1, "charles@example.com", "pending", "sent"),
  invitation(
    2,
    "mary.somerville.of.the.royal.astronomical.society@example.org",
    "pending",
    "failed",
  ),
  invitation(3, "augustus@example.com", "pending", "queued"),
  invitation(40, "william@example.com", "expired", "sent"),
  invitation(5, "anne@example.com", "accepted", "sent"),
];

export type DomainData = Pick<
  OrganizationDomainResource,
  | "id"
  | "name"
  | "verified"
  | "enrollmentMode"
  | "totalPendingInvitations"
  | "totalPendingSuggestions"
>;

export const DOMAINS: readonly DomainData[] = [
  {
    id: "orgdmn_1",
    name: "engines.example",
    verified: true,
    enrollmentMode: "automatic_suggestion",
    totalPendingInvitations: 0,
    totalPendingSuggestions: 4,
  },
  {
    id: "orgdmn_2",
    name: "punched-cards.example",
    verified: false,
    enrollmentMode: "manual_invitation",
    totalPendingInvitations: 0,
    totalPendingSuggestions: 0,
  },
];

export type ApiKeyData = Omit<ApiKeyResource, "organizationId" | "update" | "revoke">;

const apiKey = (number: number, name: string, more: Partial<ApiKeyData> = {}): ApiKeyData => ({
  id: `apik_${number}`,
  name,
  description: null,
  visible: `ak_3f9c0a7d21b${number}`,
  permissions: ["org:sys_memberships:read"],
  claims: null,
  createdBy: ADA,
  expiresAt: null,
  lastUsedAt: null,
  revokedAt: null,
  revocationReason: null,
  createdAt: day(-number),
  updatedAt: NOW,
  ...more,
});

export const API_KEYS: readonly ApiKeyData[] = [
  apiKey(1, "Build server", {
    description: "Publishes the packages of every release",
    permissions: permissions.slice(2, 8),
    lastUsedAt: day(0),
    expiresAt: new Date(Date.now() + 9.5 * 86_400_000),
  }),
  apiKey(2, "Warenwirtschaftssynchronisierung", {
    createdBy: null,
    permissions: ["org:looms:repair", "org:sys_profile:manage"],
    expiresAt: new Date("2099-01-31T00:00:00Z"),
  }),
  apiKey(3, "الطباعة", { permissions: [], createdBy: PEOPLE[8] ?? null }),
  apiKey(4, "Payroll", { permissions: ["org:sys_entconns:manage"] }),
  apiKey(5, "Old import", { revokedAt: day(-1) }),
  apiKey(6, "Trial", { expiresAt: day(-2) }),
];

/** The logo of an instance. */
export const LOGO = URL.createObjectURL(
  new Blob(
    [
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 32"><rect width="120" height="32" rx="8" fill="#3f37c9"/>',
      '<path d="M16 22V10h8v12m6 0V10h8v12m6 0V10h8v12" fill="none" stroke="#fff" stroke-width="3"/></svg>',
    ],
    { type: "image/svg+xml" },
  ),
);
