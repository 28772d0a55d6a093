import type {
  InvitationPreview,
  LiveState,
  OrganizationInvitationResource,
  OrganizationMembershipResource,
  OrganizationResource,
  PermissionDecision,
  ResourcePage,
  SessionResource,
  Tenantry,
  TenantryEventMap,
  TenantryState,
  UserResource,
} from "@tenantry/js";
import { vi } from "vitest";

/** The part of a resource that a test needs. Methods that it doesn't name aren't there. */
export function part<T>(values: Partial<T>): T {
  return values as T;
}

export function organization(values: Partial<OrganizationResource> = {}): OrganizationResource {
  return part<OrganizationResource>({
    id: "org_engines",
    name: "Engines",
    slug: "engines",
    imageUrl: "/images/engines",
    hasImage: false,
    ...values,
  });
}

export function membership(
  values: Partial<OrganizationMembershipResource> = {},
): OrganizationMembershipResource {
  return part<OrganizationMembershipResource>({
    id: "orgmem_ada",
    role: "org:admin",
    roleName: "Admin",
    permissions: ["org:sys_memberships:read", "org:sys_memberships:manage"],
    publicUserData: {
      userId: "user_ada",
      firstName: "Ada",
      lastName: "Lovelace",
      identifier: "ada@example.com",
      imageUrl: null,
      hasImage: false,
    },
    organization: organization(),
    ...values,
  });
}

export function invitation(
  values: Partial<OrganizationInvitationResource> = {},
): OrganizationInvitationResource {
  return part<OrganizationInvitationResource>({
    id: "orginv_1",
    emailAddress: "grace@example.com",
    role: "org:member",
    roleName: "Member",
    status: "pending",
    ...values,
  });
}

export const NOBODY: TenantryState = {
  status: "ready",
  isLoaded: true,
  isSwitching: false,
  user: null,
  session: null,
  organization: null,
  membership: null,
  instance: null,
  sessionClaims: null,
  error: null,
};

export const LOADING: TenantryState = { ...NOBODY, status: "loading", isLoaded: false };

export function signedIn(values: Partial<TenantryState> = {}): TenantryState {
  const active = values.organization === undefined ? organization() : values.organization;
  return {
    ...NOBODY,
    user: part<UserResource>({ id: "user_ada" }),
    session: part<SessionResource>({
      id: "sess_1",
      status: "active",
      tasks: [],
      currentTask: null,
    }),
    organization: active,
    membership: active && membership({ organization: active }),
    ...values,
  };
}

/** A Tenantry object without a server: tests set its state, and tell its events. */
export class FakeTenantry {
  state: TenantryState;
  live: LiveState = { status: "open", cursor: null };
  readonly load = vi.fn(async () => {});
  readonly close = vi.fn();
  readonly getToken = vi.fn(async () => "token");
  readonly signOut = vi.fn(async () => {});
  readonly setActive = vi.fn<Tenantry["setActive"]>(async () => {});
  readonly createOrganization = vi.fn<Tenantry["createOrganization"]>(async () => organization());
  readonly getOrganization = vi.fn<Tenantry["getOrganization"]>(async () => organization());
  readonly getOrganizationMemberships = vi.fn<Tenantry["getOrganizationMemberships"]>(async () =>
    answer([]),
  );
  readonly checkPermission = vi.fn<Tenantry["checkPermission"]>(async () =>
    part<PermissionDecision>({ allowed: true, reason: "GRANTED_BY_ROLE", role: null }),
  );
  readonly getInvitationPreview = vi.fn<Tenantry["getInvitationPreview"]>(async () =>
    part<InvitationPreview>({ status: "pending", next: "accept" }),
  );
  readonly acceptInvitation = vi.fn<Tenantry["acceptInvitation"]>(async () => membership());
  readonly query = vi.fn();
  readonly navigate = vi.fn<Tenantry["navigate"]>(() => true);
  readonly buildSignInUrl = vi.fn<Tenantry["buildSignInUrl"]>(() => "/sign-in");
  readonly buildTaskUrl = vi.fn<Tenantry["buildTaskUrl"]>(() => "/tasks/choose-organization");
  readonly #listeners = new Set<(state: TenantryState) => void>();
  readonly #handlers = new Map<string, Set<(event: never) => void>>();

  constructor(state: TenantryState) {
    this.state = state;
  }

  readonly has: Tenantry["has"] = ({ role, permission }) =>
    (role === undefined || this.state.membership?.role === role) &&
    (permission === undefined ||
      (this.state.membership?.permissions.includes(permission) ?? false));

  get organization(): OrganizationResource | null {
    return this.state.organization;
  }

  get session(): SessionResource | null {
    return this.state.session;
  }

  readonly addListener = (listener: (state: TenantryState) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly on = (name: string, handler: (event: never) => void): (() => void) => {
    const handlers = this.#handlers.get(name) ?? new Set();
    this.#handlers.set(name, handlers.add(handler));
    return () => handlers.delete(handler);
  };

  set(state: Partial<TenantryState>): void {
    this.state = { ...this.state, ...state };
    for (const listener of this.#listeners) listener(this.state);
  }

  tell<Name extends keyof TenantryEventMap>(name: Name, event: TenantryEventMap[Name]): void {
    for (const handler of this.#handlers.get(name) ?? []) handler(event as never);
  }

  get tenantry(): Tenantry {
    return this as unknown as Tenantry;
  }
}

/** One page of a list that has all its rows on it, unless a total says otherwise. */
export function answer<T>(data: readonly T[], totalCount: number = data.length): ResourcePage<T> {
  return {
    data,
    totalCount,
    pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  };
}

interface Asked {
  readonly pageSize?: number | undefined;
  readonly offset?: number | undefined;
  readonly after?: string | undefined;
  readonly before?: string | undefined;
}

/** A list method that cuts rows into pages as the server does. A cursor is the id of a row. */
export function pagesOf<T extends { readonly id: string }>(rows: () => readonly T[]) {
  const read = async (asked: Asked = {}): Promise<ResourcePage<T>> => {
    const { pageSize = 10, offset = 0, after, before } = asked;
    const all = rows();
    const indexOf = (id: string) => all.findIndex((row) => row.id === id);
    const end = before === undefined ? all.length : indexOf(before);
    const start =
      before === undefined
        ? after === undefined
          ? offset
          : indexOf(after) + 1
        : Math.max(0, end - pageSize);
    const data = all.slice(start, Math.min(end, start + pageSize));
    return {
      data,
      totalCount: all.length,
      pageInfo: {
        hasNextPage: start + data.length < all.length,
        hasPreviousPage: start > 0,
        startCursor: data.at(0)?.id ?? null,
        endCursor: data.at(-1)?.id ?? null,
      },
    };
  };
  return vi.fn(read);
}
