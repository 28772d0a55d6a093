/** What a page shows first, so that the browser renders the same as the server. */

import { toReference } from "./callers/access.ts";
import type { Auth } from "./callers/auth.ts";
import type { SessionClaims } from "./callers/claims.ts";
import { createSend } from "./client/send.ts";
import { isTenantryError } from "./errors.ts";
import {
  InitialInstanceDocument,
  InitialStateDocument,
  type InitialStateQuery,
  type StateInstanceFragment,
  type StateOrganizationFragment,
} from "./generated/state.ts";
import type { Settings } from "./options.ts";

type StateViewer = NonNullable<InitialStateQuery["viewer"]>;

/** Plain JSON for `initialState` of `<TenantryProvider>`, without the token. */
export interface InitialState {
  readonly viewer:
    | (Pick<StateViewer, "user" | "session" | "canCreateOrganization"> & {
        readonly activeOrganization: Omit<StateOrganizationFragment, "viewerMembership"> | null;
        readonly activeMembership: StateOrganizationFragment["viewerMembership"];
      })
    | null;
  readonly instance: StateInstanceFragment | null;
  readonly sessionClaims: SessionClaims | null;
}

const UNKNOWN: InitialState = { viewer: null, instance: null, sessionClaims: null };

/** Reads the state as the user, in one request. Without an answer nothing is known, and the browser asks. */
export async function readInitialState(
  auth: Auth,
  organization: string | undefined,
  settings: Settings,
): Promise<InitialState> {
  const token = await auth.getToken();
  const send = createSend(settings, token);
  try {
    if (!token) return { ...UNKNOWN, ...(await send(InitialInstanceDocument, {})) };
    const inUrl = organization !== undefined;
    const by = toReference(organization ?? "");
    const answer = await send(InitialStateDocument, { by, inUrl });
    return toState(answer, inUrl, auth.sessionClaims);
  } catch (error) {
    if (isTenantryError(error)) return UNKNOWN;
    throw error;
  }
}

function toState(
  { viewer, organization, instance }: InitialStateQuery,
  inUrl: boolean,
  sessionClaims: SessionClaims | null,
): InitialState {
  if (!viewer) return { ...UNKNOWN, instance };
  const { user, session, canCreateOrganization } = viewer;
  const found = (inUrl ? organization : viewer.activeOrganization) ?? null;
  const { viewerMembership = null, ...active } = found ?? {};
  return {
    viewer: {
      user,
      session,
      canCreateOrganization,
      activeOrganization: found && (active as Omit<StateOrganizationFragment, "viewerMembership">),
      activeMembership: viewerMembership,
    },
    instance,
    sessionClaims,
  };
}
