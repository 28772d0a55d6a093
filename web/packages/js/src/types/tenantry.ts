import type { Has, PermissionDecision, PermissionKey } from "./authorization.ts";
import type { LiveState, TenantryEventMap } from "./events.ts";
import type { InstanceResource } from "./instance.ts";
import type { InvitationPreview, UserOrganizationInvitationResource } from "./invitations.ts";
import type { MembershipListParams, ResourcePage } from "./lists.ts";
import type {
  CreateOrganizationParams,
  OrganizationMembershipResource,
  OrganizationResource,
  SlugAvailability,
} from "./organizations.ts";
import type { TenantryState, TenantryStatus } from "./state.ts";
import type { GetTokenParams, SessionResource, UserResource } from "./users.ts";

/** The result and the variables of a GraphQL document, as graphql-codegen's client preset types it. */
export interface TypedDocument<TData, TVariables> {
  toString(): string;
  readonly __apiType?: (variables: TVariables) => TData;
}

/** Variables may be left out where the document needs none. */
export type VariablesOf<TVariables> =
  Record<string, never> extends TVariables ? [variables?: TVariables] : [variables: TVariables];

export interface SubscriptionObserver<TData> {
  next(data: TData): void;
  /** The stream has ended with an error. Losses of connection aren't errors: the stream goes on. */
  error?(error: Error): void;
  complete?(): void;
}

export interface SetActiveParams {
  /**
   * An organization, its id, or its slug. Null is the personal account, which changes nothing where
   * the instance requires an organization. If it is left out, the organization stays.
   */
  readonly organization?: string | { readonly id: string } | null | undefined;
  /** Whether the next tab starts with this organization. Defaults to true. */
  readonly remember?: boolean | undefined;
  /** Is called once the switch is done. */
  readonly navigate?: (context: {
    readonly session: SessionResource;
    readonly organization: OrganizationResource | null;
  }) => void | Promise<void>;
  /** Where to go once the switch is done. `:slug` and `:id` stand for those of the organization. */
  readonly redirectUrl?: string | undefined;
}

export interface NavigateOptions {
  /** Whether to replace the current entry of the history. Defaults to false. */
  readonly replace?: boolean | undefined;
}

export interface RedirectParams {
  /** Where to come back to. Defaults to the current page. */
  readonly redirectUrl?: string | undefined;
}

/** A URL in which `:slug` and `:id` stand for those of the object, or a function that makes one. */
export type UrlTemplate<T> = string | ((object: T) => string);

/**
 * One browser tab's connection to an instance. All functions can be passed on alone
 * (`const { getToken } = tenantry`), and each stays the same for the life of the object.
 */
export interface Tenantry {
  /** The base URL of the instance, without a slash at the end. */
  readonly url: string;
  /** The current snapshot. It is a new object whenever something in it has changed. */
  readonly state: TenantryState;
  readonly status: TenantryStatus;
  readonly user: UserResource | null;
  readonly session: SessionResource | null;
  readonly organization: OrganizationResource | null;
  readonly membership: OrganizationMembershipResource | null;
  readonly instance: InstanceResource | null;
  readonly live: LiveState;

  /**
   * Connects to the instance, once. The promise is fulfilled when the state is loaded, and rejected
   * when the status is `error`.
   */
  readonly load: () => Promise<void>;
  /** Closes connections and stops timers. The session stays. */
  readonly close: () => void;
  /** Calls the listener after each change of the state. The answer stops that. */
  readonly addListener: (listener: (state: TenantryState) => void) => () => void;
  readonly on: <Name extends keyof TenantryEventMap>(
    name: Name,
    listener: (event: TenantryEventMap[Name]) => void,
  ) => () => void;

  /** A session token with some seconds left, or null if nobody is signed in. */
  readonly getToken: (params?: GetTokenParams) => Promise<string | null>;
  readonly has: Has;
  /** Switches the organization of this tab. On failure everything stays, and the promise is rejected. */
  readonly setActive: (params: SetActiveParams) => Promise<void>;
  /** Ends the session in every tab. */
  readonly signOut: (params?: { readonly redirectUrl?: string | undefined }) => Promise<void>;
  /** Reads the state anew. */
  readonly reload: () => Promise<void>;

  /** Creates an organization. It becomes the active one only if a pending session was waiting for one. */
  readonly createOrganization: (params: CreateOrganizationParams) => Promise<OrganizationResource>;
  /** Rejects with `organization_not_found_or_unauthorized` for an unknown and for a foreign organization. */
  readonly getOrganization: (idOrSlug: string) => Promise<OrganizationResource>;
  readonly getOrganizationMemberships: (
    params?: MembershipListParams,
  ) => Promise<ResourcePage<OrganizationMembershipResource>>;
  readonly getSlugAvailability: (params: {
    readonly slug: string;
    /** The organization that keeps or gets the slug. */
    readonly organizationId?: string | undefined;
  }) => Promise<SlugAvailability>;
  /** Asks the server, and says why. */
  readonly checkPermission: (params: {
    readonly permission: PermissionKey;
    /** Defaults to the tab's organization. */
    readonly organizationId?: string | undefined;
  }) => Promise<PermissionDecision>;
  /** Answers null for a ticket that isn't valid. Nobody needs to be signed in. */
  readonly getInvitationPreview: (ticket: string) => Promise<InvitationPreview | null>;
  readonly acceptInvitation: (params: {
    readonly ticket: string;
  }) => Promise<OrganizationMembershipResource>;
  readonly declineInvitation: (params: {
    readonly ticket: string;
  }) => Promise<UserOrganizationInvitationResource>;

  /** Sends a query of your own with the session of this tab. */
  readonly query: <TData, TVariables>(
    document: TypedDocument<TData, TVariables>,
    ...variables: VariablesOf<TVariables>
  ) => Promise<TData>;
  /** Sends a mutation of your own. It rejects if a payload holds `userErrors`. */
  readonly mutate: <TData, TVariables>(
    document: TypedDocument<TData, TVariables>,
    ...variables: VariablesOf<TVariables>
  ) => Promise<TData>;
  /** Follows a subscription of your own. The answer ends it. */
  readonly subscribe: <TData, TVariables>(
    document: TypedDocument<TData, TVariables>,
    variables: TVariables,
    observer: SubscriptionObserver<TData>,
  ) => () => void;

  /** Goes to a page of an allowed origin. Other URLs are refused with a warning, and the answer is false. */
  readonly navigate: (to: string, options?: NavigateOptions) => boolean;
  /** Replaces `:slug`, `:id`, and other fields in a URL. */
  readonly buildUrl: <T extends object>(template: UrlTemplate<T>, object: T) => string;
  /** The URL that signs in and comes back, or null if neither the options nor the instance name one. */
  readonly buildSignInUrl: (params?: RedirectParams) => string | null;
  readonly buildSignUpUrl: (params?: RedirectParams) => string | null;
  /** The page of the session's open task, or null if there is none. */
  readonly buildTaskUrl: (params?: RedirectParams) => string | null;
}
