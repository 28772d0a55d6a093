/** A Tenantry object that keeps everything in memory, so that each state of a component can be shown. */
import {
  type InstanceResource,
  type Invalidation,
  type ListName,
  type OrganizationResource,
  type Tenantry,
  TenantryError,
  type TenantryEventMap,
  type TenantryState,
} from "@tenantry/js";
import {
  ADA,
  API_KEYS,
  type ApiKeyData,
  DOMAINS,
  type DomainData,
  INSTANCE,
  INVITATIONS,
  type InvitationData,
  ORGANIZATIONS,
  type OrganizationSeed,
  PEOPLE,
  type PersonData,
} from "./data.ts";

export interface WorldOptions {
  instance: Partial<InstanceResource>;
  /** Nothing is known until the page gets the event `gallery:load`. */
  isLoading: boolean;
  isSignedOut: boolean;
  /** The role of the user in all organizations. */
  role: string;
  organizations: readonly OrganizationSeed[];
  /** The id of the tab's organization, or null for the personal account. */
  active: string | null;
  invitedTo: readonly OrganizationSeed[];
  suggested: readonly OrganizationSeed[];
  requests: readonly PersonData[];
  people: readonly PersonData[];
  invitations: readonly InvitationData[];
  domains: readonly DomainData[];
  apiKeys: readonly ApiKeyData[];
  mayCreate: boolean;
  seats: number;
  hasTask: boolean;
  /** Methods that the server refuses, each with the code. */
  fails: Readonly<Record<string, string>>;
  /** Methods that the server refuses the first time. */
  failsOnce: Readonly<Record<string, string>>;
  /** Methods that never come to an end. */
  hangs: readonly string[];
  userName: readonly [string, string];
  userImageUrl: string | null;
}

export const DEFAULTS: WorldOptions = {
  instance: {},
  isLoading: false,
  isSignedOut: false,
  role: "org:admin",
  organizations: ORGANIZATIONS,
  active: ORGANIZATIONS[0]?.id ?? null,
  invitedTo: [],
  suggested: [],
  requests: [],
  people: PEOPLE,
  invitations: INVITATIONS,
  domains: DOMAINS,
  apiKeys: API_KEYS,
  mayCreate: true,
  seats: 0,
  hasTask: false,
  fails: {},
  failsOnce: {},
  hangs: [],
  userName: ["Ada", "Lovelace"],
  userImageUrl: null,
};

const MESSAGES: Readonly<Record<string, string>> = {
  UNAVAILABLE: "The server is busy.",
  organization_minimum_permissions_needed: "The last manager must keep this role.",
};

/** The data behind the objects, what listens to them, and how a call is answered. */
export class World {
  readonly options: WorldOptions;
  readonly instance: InstanceResource;
  organizations: readonly OrganizationSeed[];
  invitedTo: readonly OrganizationSeed[];
  suggested: readonly OrganizationSeed[];
  asked: readonly string[] = [];
  requests: readonly PersonData[];
  people: readonly PersonData[];
  invitations: readonly InvitationData[];
  domains: readonly DomainData[];
  apiKeys: readonly ApiKeyData[];
  active: string | null;
  hasTask: boolean;
  state: TenantryState;
  private readonly failsOnce: Map<string, string>;
  private readonly listeners = new Set<(state: TenantryState) => void>();
  private readonly handlers = new Map<string, Set<(event: never) => void>>();

  constructor(options: Partial<WorldOptions>) {
    this.options = { ...DEFAULTS, ...options };
    const { instance, ...rest } = this.options;
    this.instance = { ...INSTANCE, ...instance };
    this.organizations = rest.organizations;
    this.failsOnce = new Map(Object.entries(rest.failsOnce));
    this.invitedTo = rest.invitedTo;
    this.suggested = rest.suggested;
    this.requests = rest.requests;
    this.people = rest.people.map((row) => (row.userId === ADA.userId ? this.viewer() : row));
    this.invitations = rest.invitations;
    this.domains = rest.domains;
    this.apiKeys = rest.apiKeys;
    this.active = rest.active;
    this.hasTask = rest.hasTask;
    this.state = emptyState(this.instance);
  }

  /** The signed-in person. */
  viewer(): PersonData {
    const [firstName, lastName] = this.options.userName;
    const { userImageUrl: imageUrl, role } = this.options;
    return { ...ADA, firstName, lastName, imageUrl, role };
  }

  /** Answers a call the way the state of the gallery wants it: late, never, or with a refusal. */
  answer<T>(method: string, make: () => T): Promise<T> {
    if (this.options.hangs.includes(method)) return new Promise<T>(() => {});
    const code = this.failsOnce.get(method) ?? this.options.fails[method];
    this.failsOnce.delete(method);
    if (code === undefined) return Promise.resolve().then(make);
    return Promise.reject(refusal(code));
  }

  publish(state: Partial<TenantryState>): void {
    this.state = Object.freeze({ ...this.state, ...state });
    for (const listener of [...this.listeners]) listener(this.state);
  }

  addListener: Tenantry["addListener"] = (listener) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  on: Tenantry["on"] = (name, listener) => {
    const handlers = this.handlers.get(name) ?? new Set();
    this.handlers.set(name, handlers.add(listener));
    return () => handlers.delete(listener);
  };

  emit<Name extends keyof TenantryEventMap>(name: Name, event: TenantryEventMap[Name]): void {
    for (const handler of this.handlers.get(name) ?? []) handler(event as never);
  }

  /** Lists are read again, as after a mutation or an event. */
  invalidate(list: ListName, organization?: Pick<OrganizationResource, "id">): void {
    const changed: Invalidation = { list, organizationId: organization?.id ?? null };
    this.emit("invalidate", [changed]);
  }
}

export function refusal(code: string, meta: Readonly<Record<string, unknown>> = {}): TenantryError {
  const message = MESSAGES[code] ?? "The server has refused this.";
  return new TenantryError({
    status: 422,
    errors: [{ code, message, longMessage: message, meta }],
  });
}

function emptyState(instance: InstanceResource): TenantryState {
  return {
    status: "loading",
    isLoaded: false,
    isSwitching: false,
    user: null,
    session: null,
    organization: null,
    membership: null,
    instance,
    sessionClaims: null,
    error: null,
  };
}
