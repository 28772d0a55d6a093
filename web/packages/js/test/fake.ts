import { onTestFinished } from "vitest";
import {
  createTenantry,
  type Tenantry,
  type TenantryClock,
  type TenantryOptions,
} from "../src/index.ts";
import { decodeClaims } from "../src/session/tokens.ts";

/** A clock whose time passes when the test says so. */
export class FakeClock implements TenantryClock {
  time = 0;
  #timers: { readonly at: number; readonly run: () => void }[] = [];

  now = (): number => this.time;
  random = (): number => 0.5;

  setTimeout = (run: () => void, milliseconds: number): unknown => {
    const timer = { at: this.time + milliseconds, run };
    this.#timers.push(timer);
    return timer;
  };

  clearTimeout = (timer: unknown): void => {
    this.#timers = this.#timers.filter((other) => other !== timer);
  };

  async pass(milliseconds: number): Promise<void> {
    const end = this.time + milliseconds;
    for (;;) {
      const [next] = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.clearTimeout(next);
      this.time = Math.max(this.time, next.at);
      next.run();
      await settle();
    }
    this.time = end;
    await settle();
  }
}

/** Lets promises that are under way go on, and parts of the package load. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

function encode(claims: object): string {
  return `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.x`;
}

export function identityToken(subject: string): string {
  return encode({ iss: "https://idp.example.com", sub: subject });
}

export interface Request {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
}

type Reply = object | Response | Error;

const INSTANCE = { membershipMode: "REQUIRED", domainsEnrollmentModes: [], signInUrl: "/sign-in" };
const TIMES = { createdAt: "2026-11-29T10:00:00Z", updatedAt: "2026-11-29T10:00:00Z" };

/** The user of an identity token: Ada, or somebody who bears the name of their subject. */
function userOf({ authorization = "" }: Readonly<Record<string, string>>): string {
  const claims = decodeClaims<{ sub?: string; iss?: string }>(authorization);
  return !claims?.iss || claims.sub === "ada" ? "1" : `${claims.sub}`;
}

/** An instance that answers as the real one, for users with the organizations that it is given. */
export class FakeServer {
  readonly requests: Request[] = [];
  readonly organizations: Set<string> = new Set(["org_1", "org_2"]);
  last: string | null = null;
  tokens = 0;
  role = "org:member";
  expiresAt = "2026-12-06T10:00:00Z";
  /** Answers that come before the usual ones, in order. */
  readonly replies: (Reply | Promise<Reply>)[] = [];

  fetch = async (_url: unknown, init?: RequestInit): Promise<Response> => {
    if (!init?.body) return new Response("ok");
    const { query, variables = {} } = JSON.parse(`${init.body}`);
    const operation = /^\w+ (\w+)/.exec(query)?.[1] ?? "";
    const headers = init.headers as Record<string, string>;
    this.requests.push({ operation, input: variables.input ?? variables, headers });
    const reply = await (this.replies.shift() ??
      this.answer(operation, variables, userOf(headers)));
    if (reply instanceof Error) throw reply;
    return reply instanceof Response ? reply : Response.json(reply);
  };

  get operations(): string[] {
    return this.requests.map(({ operation }) => operation);
  }

  answer(
    operation: string,
    { input = {} }: { input?: Record<string, unknown> },
    user = "1",
  ): object {
    if (operation === "ReadInstance") return { data: { instance: INSTANCE } };
    if (operation === "ReadViewer") return { data: this.#payload(this.last, user) };
    if (!operation.includes("Session") && operation !== "SetActiveOrganization")
      return { data: {} };
    if (operation === "EndSession") return { data: { payload: { userErrors: [] } } };
    const wanted = (input.organizationId ?? input.slug ?? this.last) as string | null;
    if (wanted !== null && !this.organizations.has(wanted)) return NOT_FOUND;
    if (operation === "SetActiveOrganization") this.last = wanted;
    return { data: { payload: this.#payload(wanted, user) } };
  }

  #payload(organizationId: string | null, user: string): object {
    this.tokens += 1;
    const organization = organizationId === null ? {} : { o: { id: organizationId } };
    const times = { iat: 1_000, exp: 1_060, jti: this.tokens };
    return {
      token: {
        jwt: encode({ sub: `user_${user}`, sid: `sess_${user}`, ...times, ...organization }),
      },
      userErrors: [],
      instance: INSTANCE,
      viewer: {
        cursor: "1",
        canCreateOrganization: true,
        user: { id: `user_${user}`, identifier: "ada@example.com", imageUrl: null, ...TIMES },
        session: {
          id: `sess_${user}`,
          status: organizationId ? "ACTIVE" : "PENDING",
          tasks: organizationId ? [] : [{ key: "choose-organization" }],
          lastActiveOrganization: this.last && { id: this.last },
          createdAt: TIMES.createdAt,
          expiresAt: this.expiresAt,
        },
        activeOrganization: organizationId && {
          id: organizationId,
          slug: organizationId,
          ...TIMES,
        },
        activeMembership: organizationId && {
          id: `orgmem_${organizationId}`,
          role: { key: this.role, name: this.role },
          permissions: ["org:sys_memberships:read"],
          ...TIMES,
        },
      },
    };
  }
}

export const NOT_FOUND = {
  data: { payload: null },
  errors: [
    {
      message: "The organization doesn't exist.",
      extensions: { code: "NOT_FOUND", reason: "organization_not_found_or_unauthorized" },
    },
  ],
};

export const REFUSED: () => Response = () =>
  Response.json(
    { errors: [{ message: "The token isn't valid.", extensions: { code: "UNAUTHENTICATED" } }] },
    { status: 401 },
  );

export const OVER = {
  data: {
    payload: {
      userErrors: [{ code: "invalid_action_for_session", message: "The session has ended." }],
    },
  },
};

export class FakeStorage {
  readonly values: Map<string, string> = new Map();
  getItem = (key: string): string | null => this.values.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.values.set(key, value);
  removeItem = (key: string): void => void this.values.delete(key);
}

export interface Fake {
  readonly tenantry: Tenantry;
  readonly server: FakeServer;
  readonly clock: FakeClock;
  readonly local: FakeStorage;
  readonly tab: FakeStorage;
  /** Who is signed in at the identity provider. */
  readonly provider: { subject: string | null; asked: boolean[] };
}

export function fake(
  options: Partial<TenantryOptions> = {},
  storage?: Pick<Fake, "local" | "tab">,
): Fake {
  const server = new FakeServer();
  const clock = new FakeClock();
  const { local, tab } = storage ?? { local: new FakeStorage(), tab: new FakeStorage() };
  const provider: Fake["provider"] = { subject: "ada", asked: [] };
  const tenantry = createTenantry({
    url: "https://orgs.example.com/",
    getIdentityToken: async ({ forceRefresh }) => {
      provider.asked.push(forceRefresh);
      return provider.subject && identityToken(provider.subject);
    },
    live: false,
    fetch: server.fetch as typeof fetch,
    clock,
    storage: { local, tab },
    ...options,
  });
  onTestFinished(() => tenantry.close());
  return { tenantry, server, clock, local, tab, provider };
}
