// @vitest-environment happy-dom
import {
  type OrganizationMembershipResource,
  TenantryError,
  type TenantryEvent,
  type UserResource,
} from "@tenantry/js";
import { expect, test, vi } from "vitest";
import { useOrganization } from "../src/hooks/useOrganization.ts";
import { useOrganizationEvents } from "../src/hooks/useOrganizationEvents.ts";
import { useOrganizationList } from "../src/hooks/useOrganizationList.ts";
import { ActiveOrganization, RedirectToSignIn } from "../src/index.ts";
import {
  answer,
  FakeTenantry,
  invitation,
  membership,
  NOBODY,
  organization,
  pagesOf,
  part,
  signedIn,
} from "./fake.ts";
import { eventually, render, renderHook } from "./render.tsx";

function refused(status: number, code: string): TenantryError {
  const error = { code, message: "No.", longMessage: "No.", meta: {} };
  return new TenantryError({ status, errors: [error] });
}

/** A member whose next change the test answers. */
function member(id: string) {
  let refuse: (error: Error) => void = () => {};
  const update = () =>
    new Promise<OrganizationMembershipResource>((_, reject) => {
      refuse = reject;
    });
  const row = membership({ id, role: "org:member", update, destroy: update });
  return { row, refuse: () => refuse(new Error("No.")) };
}

test("a refused change takes back its own row only, in whatever order answers come", async () => {
  const [ada, grace, joan] = [member("ada"), member("grace"), member("joan")];
  const getMemberships = pagesOf(() => [ada.row, grace.row, joan.row]);
  const fake = new FakeTenantry(signedIn({ organization: organization({ getMemberships }) }));
  const hook = renderHook(fake, () => useOrganization({ memberships: true }));
  const shown = () => hook.current.memberships.data.map(({ id, role }) => `${id} ${role}`);
  await eventually(() => expect(shown()).toHaveLength(3));
  const [first, second, third] = hook.current.memberships.data;
  // What is read after the last answer doesn't arrive in this test.
  getMemberships.mockReturnValue(new Promise(() => {}));
  const changes = [
    first?.update({ role: "org:admin" }),
    second?.destroy(),
    third?.update({ role: "org:admin" }),
  ].map((change) => change?.catch(() => "refused"));
  await eventually(() => expect(shown()).toEqual(["ada org:admin", "joan org:admin"]));

  const { length } = getMemberships.mock.calls;
  ada.refuse();
  await changes[0];
  await eventually(() => expect(shown()).toEqual(["ada org:member", "joan org:admin"]));
  grace.refuse();
  await changes[1];
  const back = ["ada org:member", "grace org:member", "joan org:admin"];
  await eventually(() => expect(shown()).toEqual(back));
  // The last of the changes reads the list again.
  expect(getMemberships).toHaveBeenCalledTimes(length);
  joan.refuse();
  await changes[2];
  await eventually(() => expect(getMemberships).toHaveBeenCalledTimes(length + 1));
  await eventually(() => expect(shown()[2]).toBe("joan org:member"));
});

test("a row that is being changed keeps no other list from being read again", async () => {
  const grace = member("grace");
  const getMemberships = pagesOf(() => [grace.row]);
  const getInvitations = pagesOf(() => [invitation()]);
  const active = organization({ getMemberships, getInvitations });
  const fake = new FakeTenantry(signedIn({ organization: active }));
  const hook = renderHook(fake, () => useOrganization({ memberships: true, invitations: true }));
  await eventually(() => expect(hook.current.memberships.data).toHaveLength(1));
  await eventually(() => expect(hook.current.invitations.data).toHaveLength(1));
  const change = hook.current.memberships.data[0]?.update({ role: "org:admin" }).catch(() => null);
  await eventually(() => expect(hook.current.memberships.data[0]?.role).toBe("org:admin"));

  fake.tell("invalidate", [{ list: "all", organizationId: null }]);
  await eventually(() => expect(getInvitations).toHaveBeenCalledTimes(2));
  expect(getMemberships).toHaveBeenCalledTimes(1);
  grace.refuse();
  await change;
  await eventually(() => expect(getMemberships).toHaveBeenCalledTimes(2));
});

test("another organization is gone from the page once the user may not see it", async () => {
  const other = organization({ id: "org_difference", slug: "difference" });
  const fake = new FakeTenantry(signedIn());
  fake.getOrganization.mockResolvedValue(other);
  const own = membership({ id: "orgmem_own", organization: other });
  fake.getOrganizationMemberships.mockImplementation(pagesOf(() => [own]));
  const hook = renderHook(fake, () => useOrganization({ organization: "difference" }));
  await eventually(() => expect(hook.current.membership?.id).toBe("orgmem_own"));

  fake.getOrganization.mockRejectedValue(refused(404, "organization_not_found_or_unauthorized"));
  const removed = { type: "MEMBERSHIP_DELETED", organizationId: "org_difference" } as const;
  fake.tell("event", part<TenantryEvent>({ id: "evt_1", cursor: "1", data: {}, ...removed }));
  await eventually(() => expect(hook.current.organization).toBeNull());
  expect(hook.current.membership).toBeNull();
});

test("ActiveOrganization tries again once the server is back", async () => {
  const fake = new FakeTenantry(signedIn());
  fake.setActive.mockImplementation(async () => {
    fake.set({ status: "degraded" });
    throw refused(0, "network_error");
  });
  const page = render(fake, <ActiveOrganization slug="difference">child</ActiveOrganization>);
  await eventually(() => expect(fake.state.status).toBe("degraded"));
  expect(page.textContent).toBe("");
  fake.setActive.mockImplementation(async () => {
    fake.set(signedIn({ organization: organization({ id: "org_d", slug: "difference" }) }));
  });
  fake.set({ status: "ready" });
  await eventually(() => expect(page.textContent).toBe("child"));
});

test("a handler that fails on an earlier event still gets the later ones", async () => {
  const at = (id: string) =>
    part<TenantryEvent>({
      id,
      cursor: id,
      type: "MEMBERSHIP_CREATED",
      organizationId: "org_engines",
    });
  const failures: unknown[] = [];
  vi.stubGlobal("reportError", (error: unknown) => failures.push(error));
  const getEvents = vi.fn(async () => ({
    data: [at("1")],
    pageInfo: { hasNextPage: false, endCursor: "1" },
  }));
  const active = organization({ getEvents: getEvents as never });
  const fake = new FakeTenantry(signedIn({ organization: active }));
  const seen: string[] = [];
  const handle = ({ id }: TenantryEvent) => {
    if (id === "1") throw new Error("of the page");
    seen.push(id);
  };
  renderHook(fake, () => useOrganizationEvents(handle, { after: "0" }));
  await eventually(() => expect(failures).toContainEqual(new Error("of the page")));
  fake.tell("event", at("2"));
  expect(seen).toEqual(["2"]);
  vi.unstubAllGlobals();
});

test("an answer that left the server before a change doesn't take it back", async () => {
  const grace = member("grace");
  const getMemberships = pagesOf(() => [grace.row]);
  const fake = new FakeTenantry(signedIn({ organization: organization({ getMemberships }) }));
  const hook = renderHook(fake, () => useOrganization({ memberships: true }));
  const role = () => hook.current.memberships.data[0]?.role;
  await eventually(() => expect(role()).toBe("org:member"));
  let arrive = () => {};
  const late = answer([grace.row]);
  getMemberships.mockImplementationOnce(
    () => new Promise((resolve) => (arrive = () => resolve(late))),
  );
  void hook.current.memberships.revalidate();
  await eventually(() => expect(getMemberships).toHaveBeenCalledTimes(2));
  void hook.current.memberships.data[0]?.update({ role: "org:admin" }).catch(() => null);
  await eventually(() => expect(role()).toBe("org:admin"));
  const { length } = hook.all;
  arrive();
  await new Promise((resolve) => setImmediate(resolve));
  expect(hook.all.slice(length).map(({ memberships }) => memberships.data[0]?.role)).not.toContain(
    "org:member",
  );
  expect(role()).toBe("org:admin");
});

test("a logo that was removed is read anew, because the event has no picture for it", async () => {
  const shown = organization({ hasImage: true, imageUrl: "/logos/1" });
  const getOrganizationMemberships = pagesOf(() => [membership({ organization: shown })]);
  const user = part<UserResource>({ id: "user_ada", getOrganizationMemberships });
  const fake = new FakeTenantry(signedIn({ user }));
  const hook = renderHook(fake, () => useOrganizationList({ userMemberships: true }));
  await eventually(() => expect(hook.current.userMemberships.count).toBe(1));
  const data = { name: "Engines", slug: "engines", image_url: null, has_image: false };
  const removed = { type: "ORGANIZATION_UPDATED", organizationId: "org_engines", data } as const;
  fake.tell("event", part<TenantryEvent>({ id: "evt_1", cursor: "1", ...removed }));
  await eventually(() => expect(getOrganizationMemberships).toHaveBeenCalledTimes(2));
});

test("the tab's own organization is asked for by no name", async () => {
  const fake = new FakeTenantry(signedIn());
  for (const name of ["org_engines", "engines"]) {
    const hook = renderHook(fake, () => useOrganization({ organization: name }));
    await eventually(() => expect(hook.current.organization?.id).toBe("org_engines"));
  }
  expect(fake.getOrganization).not.toHaveBeenCalled();
});

test("ActiveOrganization says 'not found' for nothing else", async () => {
  const fake = new FakeTenantry(signedIn());
  fake.setActive.mockRejectedValue(refused(500, "server_error"));
  const page = render(
    fake,
    <ActiveOrganization slug="difference" fallback="wait" notFound="not found" />,
  );
  await eventually(() => expect(fake.setActive).toHaveBeenCalled());
  const left = { organizationId: "org_other", slug: "other", reason: "left" } as const;
  fake.tell("organizationLeft", left);
  await new Promise((resolve) => setImmediate(resolve));
  expect(page.textContent).toBe("wait");
});

test("the sign-in page itself isn't sent to the sign-in page", async () => {
  const fake = new FakeTenantry(NOBODY);
  fake.buildSignInUrl.mockReturnValue(`${location.pathname}?redirect_url=x`);
  render(fake, <RedirectToSignIn />);
  await eventually(() => expect(fake.buildSignInUrl).toHaveBeenCalled());
  expect(fake.navigate).not.toHaveBeenCalled();
});

test("an organization that was left tells no error of its events", async () => {
  let fail = (_error: Error) => {};
  const getEvents = () => new Promise((_, reject) => (fail = reject));
  const active = organization({ getEvents: getEvents as never });
  const fake = new FakeTenantry(signedIn({ organization: active }));
  const hook = renderHook(fake, () => useOrganizationEvents(() => {}, { after: "0" }));
  const later = vi.fn(() => new Promise(() => {}));
  fake.set(signedIn({ organization: organization({ id: "org_d", getEvents: later as never }) }));
  await eventually(() => expect(later).toHaveBeenCalled());
  fail(refused(410, "cursor_expired"));
  await new Promise((resolve) => setImmediate(resolve));
  expect(hook.current.error).toBeNull();
});
