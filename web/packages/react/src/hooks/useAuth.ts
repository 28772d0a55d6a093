import type {
  Has,
  PermissionKey,
  RoleKey,
  SessionClaims,
  SessionResource,
  Tenantry,
  TenantryState,
} from "@tenantry/js";
import { useMemo } from "react";
import { useTenantryContext } from "../context.ts";
import { useSnapshot } from "../snapshot.ts";

export interface UseAuthParams {
  /** Whether a session with an open task counts as signed out. Defaults to true. */
  readonly treatPendingAsSignedOut?: boolean;
}

interface AuthFunctions extends Pick<Tenantry, "getToken" | "setActive" | "signOut"> {
  /** Is a new function when the membership or its permissions change, so that memoized children render. */
  readonly has: Has;
}

interface Loading {
  readonly isLoaded: false;
  readonly isSignedIn: undefined;
  readonly isSwitching: false;
  readonly userId: undefined;
  readonly sessionId: undefined;
  readonly sessionStatus: undefined;
  readonly sessionClaims: undefined;
  readonly orgId: undefined;
  readonly orgSlug: undefined;
  readonly orgRole: undefined;
  readonly orgPermissions: undefined;
  readonly actor: undefined;
}

interface SignedOut {
  readonly isLoaded: true;
  readonly isSignedIn: false;
  readonly isSwitching: boolean;
  readonly userId: null;
  readonly sessionId: null;
  /** `pending` if the session counts as signed out because of an open task. */
  readonly sessionStatus: SessionResource["status"] | null;
  readonly sessionClaims: null;
  readonly orgId: null;
  readonly orgSlug: null;
  readonly orgRole: null;
  readonly orgPermissions: null;
  readonly actor: null;
}

interface SignedIn {
  readonly isLoaded: true;
  readonly isSignedIn: true;
  /** A switch is under way. The organization is still the one before. */
  readonly isSwitching: boolean;
  readonly userId: string;
  readonly sessionId: string;
  readonly sessionStatus: SessionResource["status"];
  readonly sessionClaims: SessionClaims | null;
  readonly actor: null;
}

interface WithoutOrganization extends SignedIn {
  readonly orgId: null;
  readonly orgSlug: null;
  readonly orgRole: null;
  readonly orgPermissions: null;
}

interface WithOrganization extends SignedIn {
  readonly orgId: string;
  /** Null where the instance has no slugs. */
  readonly orgSlug: string | null;
  readonly orgRole: RoleKey;
  readonly orgPermissions: readonly PermissionKey[];
}

type Auth = Loading | SignedOut | WithoutOrganization | WithOrganization;

export type UseAuthReturn = Auth & AuthFunctions;

/** Who is signed in, in which organization, and what they may do there. */
export function useAuth({ treatPendingAsSignedOut = true }: UseAuthParams = {}): UseAuthReturn {
  const context = useTenantryContext("useAuth");
  const { tenantry } = context;
  const auth = useSnapshot(context, treatPendingAsSignedOut ? selectAuth : selectPendingAuth);
  const { isSignedIn, orgId, orgRole, orgPermissions, sessionClaims } = auth;
  // `has` of the Tenantry object reads the state: what decides in it makes a new function.
  const has = useMemo<Has>(
    () => (params) => isSignedIn === true && tenantry.has(params),
    [tenantry, isSignedIn, orgId, orgRole, orgPermissions, sessionClaims],
  );
  return useMemo(() => {
    const { getToken, setActive, signOut } = tenantry;
    return { ...auth, has, getToken, setActive, signOut };
  }, [auth, has, tenantry]);
}

function selectPendingAuth(state: TenantryState): Auth {
  const { isLoaded, isSwitching, user, session, organization, membership, sessionClaims } = state;
  if (!isLoaded) return LOADING;
  if (!user || !session) return { ...SIGNED_OUT, isSwitching, sessionStatus: null };
  const signedIn = {
    isLoaded: true,
    isSignedIn: true,
    isSwitching,
    userId: user.id,
    sessionId: session.id,
    sessionStatus: session.status,
    sessionClaims,
    actor: null,
  } as const;
  if (!organization || !membership) return { ...signedIn, ...NO_ORGANIZATION };
  return {
    ...signedIn,
    orgId: organization.id,
    orgSlug: organization.slug,
    orgRole: membership.role,
    orgPermissions: membership.permissions,
  };
}

function selectAuth(state: TenantryState): Auth {
  const { isSwitching, session } = state;
  return state.isLoaded && session?.status === "pending"
    ? { ...SIGNED_OUT, isSwitching, sessionStatus: session.status }
    : selectPendingAuth(state);
}

const NO_ORGANIZATION = {
  orgId: null,
  orgSlug: null,
  orgRole: null,
  orgPermissions: null,
} as const;

const SIGNED_OUT = {
  isLoaded: true,
  isSignedIn: false,
  userId: null,
  sessionId: null,
  sessionClaims: null,
  actor: null,
  ...NO_ORGANIZATION,
} as const;

const LOADING: Loading = {
  isLoaded: false,
  isSignedIn: undefined,
  isSwitching: false,
  userId: undefined,
  sessionId: undefined,
  sessionStatus: undefined,
  sessionClaims: undefined,
  orgId: undefined,
  orgSlug: undefined,
  orgRole: undefined,
  orgPermissions: undefined,
  actor: undefined,
};
