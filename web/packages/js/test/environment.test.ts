import { expect, test, vi } from "vitest";
import { makeEnvironment } from "../src/foundation/environment.ts";
import { fake, identityToken } from "./fake.ts";

test("time passes while the computer sleeps, and never goes back", () => {
  const time = { page: 1_000, wall: 1_000_000 };
  vi.spyOn(performance, "now").mockImplementation(() => time.page);
  vi.spyOn(Date, "now").mockImplementation(() => time.wall);
  const { clock } = makeEnvironment({
    url: "https://orgs.example.com",
    getIdentityToken: async () => null,
  });
  const start = clock.now();
  time.page += 10;
  time.wall += 60_000;
  expect(clock.now() - start).toBe(60_000);
  time.page += 20;
  time.wall -= 3_600_000;
  expect(clock.now() - start).toBe(60_020);
  vi.restoreAllMocks();
});

test("an identity token may come without a promise, and a provider that fails is tried again", async () => {
  const answers: (() => string)[] = [
    () => {
      throw new Error("The provider isn't ready.");
    },
    () => identityToken("ada"),
  ];
  const getIdentityToken = (() => answers.shift()?.() ?? null) as never;
  const { tenantry, clock } = fake({ getIdentityToken });
  const loading = tenantry.load();
  await vi.waitFor(() => expect(tenantry.status).toBe("degraded"));
  expect(tenantry.state.error?.code).toBe("identity_token_failed");
  await clock.pass(2_000);
  await loading;
  expect(tenantry.user?.id).toBe("user_1");
});
