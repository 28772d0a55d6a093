import { saySame } from "../session/tokens.ts";
import type { InstanceData, TenantryState, ViewerData } from "../types/state.ts";
import type { SessionClaims, SessionResource, UserResource } from "../types/users.ts";
import type { Api, Builders } from "./api.ts";
import { loadOperations, remote } from "./remote.ts";
import { toInstance, toSession, toUser, type UserFunctions } from "./users.ts";

type Parts = Pick<
  TenantryState,
  "user" | "session" | "organization" | "membership" | "instance" | "sessionClaims"
>;

export interface SnapshotFunctions {
  readonly user: Pick<UserResource, "reload">;
  readonly session: Pick<SessionResource, "getToken" | "reload" | "checkAuthorization">;
}

/** Makes the parts of the state. A part that stays equal stays the same object. */
export class Snapshots {
  readonly #builders: Builders;
  readonly #session: SnapshotFunctions["session"];
  readonly #user: UserFunctions & SnapshotFunctions["user"];
  readonly #kept = new Map<string, { readonly text: string; readonly part: unknown }>();

  constructor(api: Api, builders: Builders, functions: SnapshotFunctions) {
    this.#builders = builders;
    this.#session = functions.session;
    const userFunctions = remote<UserFunctions>(
      async () => (await loadOperations()).userFunctions(api, builders),
      {
        getOrganizationMemberships: 0,
        getOrganizationInvitations: 0,
        getOrganizationSuggestions: 0,
        getOrganizationCreationDefaults: 0,
        leaveOrganization: 0,
      },
    );
    this.#user = { ...userFunctions, ...functions.user };
  }

  make(
    viewer: ViewerData | null,
    instance: InstanceData | null,
    claims: SessionClaims | null,
  ): Parts {
    return {
      instance: instance && this.#keep("instance", instance, () => toInstance(instance)),
      ...this.#makeViewer(viewer, claims),
    };
  }

  #makeViewer(viewer: ViewerData | null, claims: SessionClaims | null): Omit<Parts, "instance"> {
    if (!viewer) {
      return {
        user: null,
        session: null,
        organization: null,
        membership: null,
        sessionClaims: null,
      };
    }
    const { user, session, activeOrganization, activeMembership, canCreateOrganization } = viewer;
    const organization =
      activeMembership && activeOrganization
        ? this.#keep("organization", activeOrganization, () =>
            this.#builders.organization(activeOrganization),
          )
        : null;
    return {
      user: this.#keep("user", [user, canCreateOrganization], () =>
        toUser(user, canCreateOrganization, this.#user),
      ),
      session: session && this.#keep("session", session, () => toSession(session, this.#session)),
      organization,
      membership:
        organization && activeMembership
          ? this.#keep("membership", [activeMembership, user, activeOrganization], () =>
              this.#builders.membership({ ...activeMembership, user }, organization),
            )
          : null,
      sessionClaims: this.#keepClaims(claims),
    };
  }

  #keep<Part>(name: string, data: unknown, make: () => Part): Part {
    const text = JSON.stringify(data);
    const kept = this.#kept.get(name);
    const part = kept?.text === text ? (kept.part as Part) : make();
    this.#kept.set(name, { text, part });
    return part;
  }

  #keepClaims(claims: SessionClaims | null): SessionClaims | null {
    const kept = this.#kept.get("claims")?.part as SessionClaims | undefined;
    if (kept && saySame(kept, claims)) return kept;
    this.#kept.set("claims", { text: "", part: claims });
    return claims && Object.freeze(claims);
  }
}
