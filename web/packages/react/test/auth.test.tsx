// @vitest-environment happy-dom
import type { SessionResource, UserResource } from "@tenantry/js";
import { memo } from "react";
import { expect, test } from "vitest";
import { useAuth } from "../src/hooks/useAuth.ts";
import { useSession } from "../src/hooks/useSession.ts";
import { useUser } from "../src/hooks/useUser.ts";
import { FakeTenantry, LOADING, membership, NOBODY, organization, part, signedIn } from "./fake.ts";
import { eventually, render, renderHook } from "./render.tsx";

const PENDING = part<SessionResource>({
  id: "sess_1",
  status: "pending",
  tasks: [{ key: "choose-organization" }],
  currentTask: { key: "choose-organization" },
});

test("each state has its values", async () => {
  const fake = new FakeTenantry(LOADING);
  const hook = renderHook(fake, () => useAuth());
  expect(hook.current).toMatchObject({
    isLoaded: false,
    isSignedIn: undefined,
    userId: undefined,
    orgId: undefined,
  });
  expect(hook.current.has({ role: "org:admin" })).toBe(false);

  fake.set(NOBODY);
  await eventually(() => expect(hook.current.isLoaded).toBe(true));
  expect(hook.current).toMatchObject({
    isSignedIn: false,
    userId: null,
    sessionId: null,
    orgId: null,
  });

  fake.set(signedIn({ organization: null }));
  await eventually(() => expect(hook.current.isSignedIn).toBe(true));
  expect(hook.current).toMatchObject({ userId: "user_ada", sessionId: "sess_1", orgId: null });
  expect(hook.current.has({ role: "org:admin" })).toBe(false);

  fake.set(signedIn());
  await eventually(() => expect(hook.current.orgId).toBe("org_engines"));
  expect(hook.current).toMatchObject({ orgSlug: "engines", orgRole: "org:admin", actor: null });
  expect(hook.current.has({ role: "org:admin" })).toBe(true);
  expect(hook.current.has({ permission: "org:sys_billing:manage" })).toBe(false);
});

test("a pending session counts as signed out unless the page asks otherwise", async () => {
  const fake = new FakeTenantry(signedIn({ session: PENDING, organization: null }));
  const strict = renderHook(fake, () => useAuth());
  expect(strict.current).toMatchObject({
    isSignedIn: false,
    userId: null,
    sessionStatus: "pending",
  });
  const lenient = renderHook(fake, () => useAuth({ treatPendingAsSignedOut: false }));
  expect(lenient.current).toMatchObject({ isSignedIn: true, userId: "user_ada", orgId: null });
  const session = renderHook(fake, () => useSession());
  expect(session.current.session?.currentTask).toEqual({ key: "choose-organization" });
});

test("a pending session never has a role or permission", () => {
  const fake = new FakeTenantry(signedIn({ session: PENDING }));
  const hook = renderHook(fake, () => useAuth());
  expect(hook.current.has({ role: "org:admin" })).toBe(false);
});

test("a switch shows beside the organization before it (check 15)", async () => {
  const fake = new FakeTenantry(signedIn());
  const hook = renderHook(fake, () => useAuth());
  fake.set({ isSwitching: true });
  await eventually(() => expect(hook.current.isSwitching).toBe(true));
  expect(hook.current).toMatchObject({ isLoaded: true, orgId: "org_engines" });
});

test("functions stay, and has changes with the membership only (check 30)", async () => {
  const fake = new FakeTenantry(signedIn());
  const hook = renderHook(fake, () => useAuth());
  const { has } = hook.current;

  const renamed = organization({ name: "Analytical Engines" });
  const same = { permissions: fake.state.membership?.permissions ?? [] };
  fake.set({ organization: renamed, membership: membership({ organization: renamed, ...same }) });
  fake.set({ isSwitching: true });
  await eventually(() => expect(hook.current.isSwitching).toBe(true));
  expect(hook.current.has).toBe(has);

  fake.set({ membership: membership({ role: "org:member", permissions: [] }) });
  await eventually(() => expect(hook.current.orgRole).toBe("org:member"));
  expect(hook.current.has).not.toBe(has);
  for (const name of ["getToken", "setActive", "signOut"] as const) {
    expect(new Set(hook.all.map((auth) => auth[name])).size).toBe(1);
  }
});

test("memoized children render when has changes", async () => {
  const fake = new FakeTenantry(signedIn());
  const Child = memo(({ has }: { has: ReturnType<typeof useAuth>["has"] }) =>
    has({ role: "org:admin" }) ? "admin" : "member",
  );
  function Parent() {
    return <Child has={useAuth().has} />;
  }
  const page = render(fake, <Parent />);
  expect(page.textContent).toBe("admin");
  fake.set({ membership: membership({ role: "org:member", permissions: [] }) });
  await eventually(() => expect(page.textContent).toBe("member"));
});

test("nothing renders without a change of what it shows (check 31)", async () => {
  const fake = new FakeTenantry(signedIn());
  const user = renderHook(fake, () => useUser());
  const auth = renderHook(fake, () => useAuth());
  const before = [user.all.length, auth.all.length];

  fake.set({});
  fake.set({ status: "degraded" });
  fake.set({ status: "ready" });
  const probe = renderHook(fake, () => useUser());
  fake.set({ user: part<UserResource>({ id: "user_ada", firstName: "Ada" }) });
  await eventually(() => expect(probe.current.user?.firstName).toBe("Ada"));
  expect(user.all.length).toBe((before[0] ?? 0) + 1);
  expect(auth.all.length).toBe(before[1]);
});
