import * as documents from "../generated/documents.ts";
import type { InstanceResource } from "../types/instance.ts";
import type { InstanceData, SessionData, UserData } from "../types/state.ts";
import type { EmailAddress, SessionResource, UserResource } from "../types/users.ts";
import { type Api, type Builders, found, lower } from "./api.ts";
import { getUserSuggestions, suggestionBuilder } from "./domains.ts";
import { getUserInvitations, userInvitationBuilder } from "./invitations.ts";
import { getUserMemberships } from "./memberships.ts";

type UserFunctions = Pick<
  UserResource,
  | "getOrganizationMemberships"
  | "getOrganizationInvitations"
  | "getOrganizationSuggestions"
  | "getOrganizationCreationDefaults"
  | "leaveOrganization"
>;

export function userFunctions(api: Api, builders: Builders): UserFunctions {
  const toInvitation = userInvitationBuilder(api, builders);
  const toSuggestion = suggestionBuilder(api);
  return {
    getOrganizationMemberships: (params) => getUserMemberships(api, builders, params),
    getOrganizationInvitations: (params) => getUserInvitations(api, toInvitation, params),
    getOrganizationSuggestions: (params) => getUserSuggestions(api, toSuggestion, params),
    getOrganizationCreationDefaults: async () => {
      const data = await api.query(documents.ReadCreationDefaultsDocument, {});
      return found(data.viewer).organizationCreationDefaults;
    },
    leaveOrganization: async (organizationId) => {
      await api.mutate(documents.LeaveOrganizationDocument, { input: { organizationId } });
      api.invalidate(null, "userMemberships");
      await api.leave(organizationId, "left");
    },
  };
}

export function toUser(
  data: UserData,
  createOrganizationEnabled: boolean,
  functions: UserFunctions & Pick<UserResource, "reload">,
): UserResource {
  const { emailAddress, emailVerified, createdAt, updatedAt, ...user } = data;
  const status: EmailAddress["verification"]["status"] = emailVerified ? "verified" : "unverified";
  return Object.freeze({
    ...user,
    fullName: [user.firstName, user.lastName].filter(Boolean).join(" ") || null,
    hasImage: user.imageUrl !== null,
    primaryEmailAddress: emailAddress === null ? null : { emailAddress, verification: { status } },
    createOrganizationEnabled,
    createdAt: new Date(createdAt),
    updatedAt: new Date(updatedAt),
    ...functions,
  } as const);
}

export function toSession(
  data: SessionData,
  functions: Pick<SessionResource, "getToken" | "reload" | "checkAuthorization">,
): SessionResource {
  const tasks = data.tasks.map(({ key }) => ({ key: key as "choose-organization" }));
  return Object.freeze({
    id: data.id,
    status: lower(data.status),
    tasks,
    currentTask: tasks[0] ?? null,
    lastActiveOrganizationId: data.lastActiveOrganization?.id ?? null,
    createdAt: new Date(data.createdAt),
    expiresAt: new Date(data.expiresAt),
    ...functions,
  });
}

export function toInstance(data: InstanceData): InstanceResource {
  return Object.freeze({
    ...data,
    membershipMode: lower(data.membershipMode),
    domainsEnrollmentModes: data.domainsEnrollmentModes.map(lower),
  });
}
