import { SignJWT } from "jose";
import { beforeAll, describe, expect, test, vi } from "vitest";
import {
  authenticatorOf,
  CLAIMS,
  createIssuer,
  createServer,
  type Issuer,
  NOW,
  ORGANIZATION,
  ORIGIN,
  requestWith,
} from "./tokens.ts";

let issuer: Issuer;

beforeAll(async () => {
  issuer = await createIssuer();
});

const reasonOf = async (token: string, options = {}) => {
  const auth = await authenticatorOf(issuer, options).authenticate(requestWith(token));
  return auth.reason;
};

describe("a token of the server", () => {
  test("signs in with its organization", async () => {
    const auth = await authenticatorOf(issuer).authenticate(
      requestWith(await issuer.token(ORGANIZATION)),
    );

    expect(auth).toMatchObject({
      isAuthenticated: true,
      isStale: false,
      userId: "user_1",
      sessionId: "sess_1",
      sessionStatus: "active",
      orgId: "org_1",
      orgSlug: "engines",
      orgRole: "org:admin",
      orgPermissions: [
        "org:reports:read",
        "org:sys_memberships:manage",
        "org:sys_memberships:read",
      ],
    });
    expect(auth.has({ permission: "org:reports:read" })).toBe(true);
    expect(auth.has({ permission: "org:reports:manage" })).toBe(false);
  });

  test("is handed on by getToken, and isn't part of the snapshot", async () => {
    const token = await issuer.token(ORGANIZATION);
    const auth = await authenticatorOf(issuer).authenticate(requestWith(token));

    expect(await auth.getToken()).toBe(token);
    expect(JSON.stringify(auth.toSnapshot())).not.toContain(token);
  });

  test("is read from the cookie, too, and from a request of Node.js", async () => {
    const token = await issuer.token();
    const authenticator = authenticatorOf(issuer);
    const requests = [
      { headers: { cookie: `a=b; tenantry_session=${token}; c=d` } },
      { headers: { cookie: `tenantry_sessionX; tenantry_session=${token}` } },
      { headers: { cookie: `tenantry_session=${token}`, authorization: "Basic YTpi" } },
      { headers: { authorization: `bearer ${token}`, cookie: "tenantry_session=other" } },
      new Request(ORIGIN, { headers: { cookie: `tenantry_session=${token}` } }),
    ];

    for (const request of requests) {
      expect((await authenticator.authenticate(request)).userId).toBe("user_1");
    }
  });

  test("is found behind the cookie of a parent domain", async () => {
    const foreign = await (await createIssuer()).token();
    const stale = await issuer.token({ exp: NOW / 1000 - 300 });
    const seen = (...tokens: string[]) => {
      const cookie = tokens.map((token) => `tenantry_session=${token}`).join("; ");
      return authenticatorOf(issuer).authenticate({ headers: { cookie } });
    };

    const token = await issuer.token();
    const auth = await seen(foreign, stale, token);
    expect(auth.userId).toBe("user_1");
    expect(await auth.getToken()).toBe(token);
    for (const tokens of [
      [foreign, stale],
      [stale, foreign],
    ]) {
      expect(await seen(...tokens)).toMatchObject({ userId: null, isStale: true });
    }
  });

  test("is verified with a given key, without a request", async () => {
    const options = {
      jwtKey: issuer.pem,
      fetch: (() => Promise.reject(new Error("offline"))) as typeof fetch,
    };
    const token = await issuer.token();

    expect(await reasonOf(token, options)).toBeNull();
    expect(await reasonOf(await (await createIssuer()).token(), options)).toBe(
      "token-invalid-signature",
    );
    await expect(reasonOf(token, { jwtKey: "no key" })).rejects.toThrow("jwtKey");
  });

  test("may differ from the clock by five seconds", async () => {
    const at = (milliseconds: number) => ({ clock: () => NOW + milliseconds });
    const token = await issuer.token();

    expect(await reasonOf(token, at(64_000))).toBeNull();
    expect(await reasonOf(token, at(66_000))).toBe("token-expired");
    expect(await reasonOf(token, at(-4_000))).toBeNull();
    expect(await reasonOf(token, at(-6_000))).toBe("token-not-active-yet");
  });
});

describe("signed out, with a reason", () => {
  test("without a token", async () => {
    const auth = await authenticatorOf(issuer).authenticate(new Request(ORIGIN));

    expect(auth).toMatchObject({
      isAuthenticated: false,
      isStale: false,
      reason: "no-token",
      userId: null,
      orgId: null,
    });
    expect(auth.has({ role: "org:admin" })).toBe(false);
    expect(await auth.getToken()).toBeNull();
  });

  test.each([
    ["another issuer", { iss: "https://other.example.com" }, "token-invalid-issuer"],
    ["an audience", { aud: "billing" }, "token-invalid-audience"],
    ["another application", { azp: "https://evil.example.com" }, "token-invalid-authorized-party"],
    ["no application", { azp: undefined }, "token-invalid-authorized-party"],
    ["no session", { sid: undefined }, "token-invalid"],
    ["no user", { sub: undefined }, "token-invalid"],
    ["no end", { exp: undefined }, "token-invalid"],
    ["a session that is no text", { sid: 7 }, "token-invalid"],
  ])("for a token of %s", async (_, claims, reason) => {
    expect(await reasonOf(await issuer.token())).toBeNull();
    expect(await reasonOf(await issuer.token(claims))).toBe(reason);
  });

  test.each(["at+jwt", "session+jwt"])("for the type %s", async (typ) => {
    expect(await reasonOf(await issuer.token({}, { typ }))).toBe("token-invalid");
  });

  test("for forged tokens", async () => {
    const genuine = await issuer.token(ORGANIZATION);
    const [head = "", , signature = ""] = genuine.split(".");
    const forged = btoa(JSON.stringify({ ...CLAIMS, sub: "user_2" })).replace(/=+$/, "");
    const unsigned = `${btoa('{"alg":"none"}').replace(/=+$/, "")}.${forged}.`;
    const withPublicKey = await new SignJWT(CLAIMS)
      .setProtectedHeader({ alg: "HS256", kid: "key_1" })
      .sign(new TextEncoder().encode(issuer.pem));

    expect(await reasonOf(genuine)).toBeNull();
    expect(await reasonOf(`${head}.${forged}.${signature}`)).toBe("token-invalid-signature");
    expect(await reasonOf(unsigned)).toBe("token-invalid-algorithm");
    expect(await reasonOf(withPublicKey)).toBe("token-invalid-algorithm");
    expect(await reasonOf(withPublicKey, { jwtKey: issuer.pem })).toBe("token-invalid-algorithm");
    for (const text of ["nonsense", "a.b.c", "..", genuine.slice(0, -8)]) {
      expect(await reasonOf(text)).toMatch(/^token-invalid/);
    }
  });

  test("for a key that the token brings along", async () => {
    const other = await createIssuer();
    const token = await other.token({}, { jwk: other.jwk });

    expect(await reasonOf(token)).toBe("token-invalid-signature");
  });

  test("for a pending session, unless asked", async () => {
    const request = requestWith(await issuer.token({ sts: "pending" }));
    const authenticator = authenticatorOf(issuer);
    const auth = await authenticator.authenticate(request);

    expect(auth).toMatchObject({
      isAuthenticated: false,
      reason: "session-pending",
      sessionStatus: "pending",
      userId: null,
    });
    expect(
      await authenticator.authenticate(request, { treatPendingAsSignedOut: false }),
    ).toMatchObject({ isAuthenticated: true, userId: "user_1", sessionStatus: "pending" });
  });

  test("and stale, for a genuine token that has expired, and for no other", async () => {
    const old = { exp: NOW / 1000 - 300 };
    const tokens = [
      [await issuer.token(old), true],
      [await (await createIssuer()).token(old), false],
      [await issuer.token({ ...old, azp: "https://evil.example.com" }), false],
      [await issuer.token({ ...old, iss: "https://other.example.com" }), false],
    ] as const;

    for (const [token, isStale] of tokens) {
      const auth = await authenticatorOf(issuer).authenticate(requestWith(token));
      expect(auth).toMatchObject({ isAuthenticated: false, isStale, userId: null });
    }
  });

  test("if the keys can't be fetched", async () => {
    const token = await issuer.token();
    const failing = [
      () => Promise.reject(new TypeError("fetch failed")),
      async () => new Response("", { status: 503 }),
      async () => new Response("<html>"),
    ] as (typeof fetch)[];

    for (const fetch of failing) {
      expect(await reasonOf(token, { fetch })).toBe("keys-unavailable");
    }
  });
});

test("a failure to fetch keys is remembered for a second", async () => {
  let now = NOW;
  const answers = [
    () => Promise.reject(new TypeError("fetch failed")),
    async () => Response.json({ keys: [issuer.jwk] }, { status: 503 }),
    async () => new Response("<html>"),
  ];
  let asked = 0;
  const working = createServer(issuer).fetch;
  const fetch = ((...given: Parameters<typeof working>) => {
    asked += 1;
    return (answers.shift() ?? (() => working(...given)))();
  }) as typeof working;
  const authenticator = authenticatorOf(issuer, { fetch, clock: () => now });
  const request = requestWith(await issuer.token());
  for (const expected of [1, 2, 3]) {
    for (const at of [0, 999]) {
      now += at;
      expect((await authenticator.authenticate(request)).reason).toBe("keys-unavailable");
      expect(asked).toBe(expected);
    }
    now += 1;
  }

  expect((await authenticator.authenticate(request)).userId).toBe("user_1");
});

test("unknown keys make one request, however many there are", async () => {
  const { asked, fetch } = createServer(issuer);
  const authenticator = authenticatorOf(issuer, { fetch });
  await authenticator.authenticate(requestWith(await issuer.token()));
  const other = await createIssuer("key_2");
  const flood = Array.from({ length: 50 }, (_, index) => other.token({}, { kid: `key_${index}_` }));
  for (const token of await Promise.all(flood)) {
    const { reason } = await authenticator.authenticate(requestWith(token));
    expect(reason).toBe("key-not-found");
  }

  expect(asked.keys).toBe(1);
  expect((await authenticator.authenticate(requestWith(await issuer.token()))).userId).toBe(
    "user_1",
  );
});

test("origins of the environment are separated by commas", async () => {
  vi.stubEnv("TENANTRY_AUTHORIZED_PARTIES", `https://other.example.com, ${ORIGIN}`);

  expect(await reasonOf(await issuer.token(), { authorizedParties: undefined })).toBeNull();
});

test.each([
  [{ url: "tenantry.example.com" }, "TENANTRY_URL"],
  [{ url: "" }, "TENANTRY_URL"],
  [{ authorizedParties: [] }, "TENANTRY_AUTHORIZED_PARTIES"],
  [{ authorizedParties: ["https://app.example.com/"] }, "isn't an origin"],
])("options that are wrong are named: %j", (options, words) => {
  expect(() => authenticatorOf(issuer, options)).toThrow(words);
});
