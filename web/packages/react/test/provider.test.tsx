// @vitest-environment happy-dom
import type { Tenantry } from "@tenantry/js";
import { Component, type ReactNode } from "react";
import { renderToString } from "react-dom/server";
import { expect, test, vi } from "vitest";
import * as hooks from "../src/hooks.ts";
import * as entry from "../src/index.ts";
import { TenantryProvider } from "../src/provider.tsx";
import { FakeTenantry, signedIn } from "./fake.ts";
import { eventually, render } from "./render.tsx";

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
