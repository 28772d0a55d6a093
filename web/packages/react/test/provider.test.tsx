// @vitest-environment happy-dom
import { createTenantry as create, type Tenantry } from "@tenantry/js";
import { Activity, Component, type ReactNode, StrictMode } from "react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { expect, test, vi } from "vitest";
import * as hooks from "../src/hooks.ts";
import * as entry from "../src/index.ts";
import { TenantryProvider } from "../src/provider.tsx";
import { FakeTenantry, membership, organization, pagesOf, signedIn } from "./fake.ts";
import { eventually, render, renderHook } from "./render.tsx";

vi.mock("@tenantry/js", async (original) => ({
  ...(await original<typeof import("@tenantry/js")>()),
  createTenantry: vi.fn(),
}));
const createTenantry = vi.mocked(create);

const HOOKS: Record<string, () => unknown> = {
  useAuth: () => hooks.useAuth(),
  useInvitation: () => hooks.useInvitation("ticket"),
  useOrganization: () => hooks.useOrganization(),
  useOrganizationCreationDefaults: () => hooks.useOrganizationCreationDefaults(),
  useOrganizationEvents: () => hooks.useOrganizationEvents(() => {}),
  useOrganizationList: () => hooks.useOrganizationList(),
  usePermission: () => hooks.usePermission("org:sys_memberships:read"),
  useSession: () => hooks.useSession(),
  useTenantry: () => hooks.useTenantry(),
  useTenantryQuery: () => hooks.useTenantryQuery({ toString: () => "{ a }" }, {}),
  useUser: () => hooks.useUser(),
};

test("every hook outside a provider throws with its own name (check 35)", () => {
  const exported = Object.keys(hooks).filter((name) => name.startsWith("use"));
  expect(Object.keys(HOOKS).sort()).toEqual(exported.sort());
  for (const [name, use] of Object.entries(HOOKS)) {
    function Page(): ReactNode {
      use();
      return null;
    }
    expect(() => renderToString(<Page />)).toThrow(
      `${name} must be used inside <TenantryProvider>.`,
    );
  }
});

test("components outside a provider throw with their own name", () => {
  expect(() => renderToString(<entry.Show when="signed-in" />)).toThrow(
    "<Show> must be used inside",
  );
  expect(() => renderToString(<entry.Protect />)).toThrow("<Protect> must be used inside");
  expect(() => renderToString(<entry.SignedOut />)).toThrow("<SignedOut> must be used inside");
});

test("a provider inside another one is refused", () => {
  const fake = new FakeTenantry(signedIn());
  const twice = (
    <TenantryProvider tenantry={fake.tenantry}>
      <TenantryProvider tenantry={fake.tenantry} />
    </TenantryProvider>
  );
  expect(() => renderToString(twice)).toThrow("Remove one of the two");
});

test("loads once mounted, and leaves an object of the product open", async () => {
  const fake = new FakeTenantry(signedIn());
  render(fake, null);
  expect(fake.load).toHaveBeenCalled();
  expect(fake.close).not.toHaveBeenCalled();
});

test("lists are read again when the page is looked at, if changes don't arrive live", async () => {
  for (const status of ["off", "open"] as const) {
    const getMemberships = pagesOf(() => [membership()]);
    const fake = new FakeTenantry(signedIn({ organization: organization({ getMemberships }) }));
    fake.live = { status, cursor: null };
    const hook = renderHook(fake, () => hooks.useOrganization({ memberships: true }));
    await eventually(() => expect(hook.current.memberships.count).toBe(1));
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
    dispatchEvent(new Event("visibilitychange"));
    // The client answers to the event behind a few promises.
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    vi.useRealTimers();
    expect(getMemberships.mock.calls.length).toBe(status === "off" ? 2 : 1);
  }
});

test("a page that React hides and shows again connects anew", async () => {
  const close = vi.fn();
  const made: FakeTenantry[] = [];
  createTenantry.mockImplementation(() => {
    const fake = new FakeTenantry(signedIn());
    made.push(fake);
    return Object.assign(fake, { close }).tenantry;
  });
  const initialState = { viewer: null, instance: null, sessionClaims: null };
  const getIdentityToken = async () => null;
  const options = { url: "https://tenantry.example", getIdentityToken, initialState };
  const page = (mode: "visible" | "hidden") => (
    <Activity mode={mode}>
      <TenantryProvider {...options}>here</TenantryProvider>
    </Activity>
  );
  const root = createRoot(document.createElement("div"));
  flushSync(() => root.render(page("visible")));
  await eventually(() => expect(made.at(-1)?.load).toHaveBeenCalled());
  expect(close).not.toHaveBeenCalled();

  const before = made.length;
  flushSync(() => root.render(page("hidden")));
  await eventually(() => expect(close).toHaveBeenCalledTimes(1));
  flushSync(() => root.render(page("visible")));
  await eventually(() => expect(made.at(-1)?.load).toHaveBeenCalled());
  expect(made.length).toBe(before + 1);
  const given = createTenantry.mock.calls.map(([params]) => params.initialState);
  expect(given.at(0)).toBe(initialState);
  expect(given.at(-1)).toBeUndefined();
  root.unmount();
});

test("the strict mode of React closes nothing", async () => {
  const fake = new FakeTenantry(signedIn());
  createTenantry.mockReturnValue(fake.tenantry);
  const root = createRoot(document.createElement("div"));
  const options = { url: "https://tenantry.example", getIdentityToken: async () => null };
  flushSync(() =>
    root.render(
      <StrictMode>
        <TenantryProvider {...options}>here</TenantryProvider>
      </StrictMode>,
    ),
  );
  await eventually(() => expect(fake.load).toHaveBeenCalledTimes(2));
  await new Promise((resolve) => setTimeout(resolve));
  await new Promise((resolve) => setTimeout(resolve));
  expect(fake.close).not.toHaveBeenCalled();
  root.unmount();
  await eventually(() => expect(fake.close).toHaveBeenCalledTimes(1));
});

test("a load that fails leaves the page standing", async () => {
  const fake = new FakeTenantry(signedIn());
  fake.load.mockRejectedValue(new Error("The origin isn't allowed."));
  class Boundary extends Component<{ children: ReactNode }> {
    override componentDidCatch() {
      throw new Error("The page fell.");
    }
    override render() {
      return this.props.children;
    }
  }
  const page = render(fake, <Boundary>here</Boundary>);
  await eventually(() => expect(fake.load).toHaveBeenCalled());
  expect(page.textContent).toBe("here");
});

test("useTenantry gives the object of the provider", () => {
  const fake = new FakeTenantry(signedIn());
  const seen: Tenantry[] = [];
  function Page(): ReactNode {
    seen.push(hooks.useTenantry());
    return null;
  }
  render(fake, <Page />);
  expect(seen.every((tenantry) => tenantry === fake.tenantry)).toBe(true);
  vi.restoreAllMocks();
});
