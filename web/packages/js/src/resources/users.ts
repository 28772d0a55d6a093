import type { InstanceResource } from "../types/instance.ts";
import type { InstanceData, SessionData, UserData } from "../types/state.ts";
import type { EmailAddress, SessionResource, UserResource } from "../types/users.ts";
import { lower } from "./api.ts";
import type { FunctionsOf } from "./builders.ts";

export type UserFunctions = Omit<FunctionsOf<UserResource>, "reload">;

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
