// @vitest-environment happy-dom
import type { UserResource } from "@tenantry/js";
import { expect, test } from "vitest";
import { useOrganization, useOrganizationList, useOrganizations } from "../src/legacy.ts";
import {
  FakeTenantry,
  invitation,
  LOADING,
  membership,
  organization,
  pagesOf,
  part,
  signedIn,
} from "./fake.ts";
import { eventually, renderHook } from "./render.tsx";

const grace = membership({
  id: "orgmem_grace",
  role: "org:member",
  publicUserData: {
    userId: "user_grace",
    firstName: "Grace",
    lastName: "Hopper",
    identifier: "grace@example.com",
    imageUrl: null,
    hasImage: false,
  },
});

test("members have the roles and the fields of 2022, and take both namings (check 39)", async () => {
  const sent: unknown[] = [];
  const row = membership({
    ...grace,
    update: async (params) => {
      sent.push(params);
      return grace;
    },
  });
  const getMemberships = pagesOf(() => [row]);
  const fake = new FakeTenantry(signedIn({ organization: organization({ getMemberships }) }));
  const hook = renderHook(fake, () => useOrganization({ membershipList: {} }));
  expect(hook.current).toMatchObject({ isLoaded: true, membershipList: null });
  expect(hook.current.membership?.role).toBe("admin");

  await eventually(() => expect(hook.current.membershipList).toHaveLength(1));
  const [first] = hook.current.membershipList ?? [];
  expect(first).toMatchObject({
    role: "basic_member",
    userId: "user_grace",
    identifier: "grace@example.com",
  });
  expect(getMemberships).toHaveBeenCalledWith({ pageSize: 100 });

  await first?.update({ role: "admin" });
  await first?.update({ role: "org:member" });
  expect(sent).toEqual([{ role: "org:admin" }, { role: "org:member" }]);
});

test("limit, offset, and role reach the server, and hasMore tells of rows behind the last", async () => {
  const rows = Array.from({ length: 7 }, (_, index) => membership({ id: `orgmem_${index}` }));
  const getMemberships = pagesOf(() => rows);
  const fake = new FakeTenantry(signedIn({ organization: organization({ getMemberships }) }));
  const hook = renderHook(fake, () =>
    useOrganization({ membershipList: { limit: 2, offset: 3, role: ["basic_member"] } }),
  );
  await eventually(() =>
    expect(hook.current.membershipList?.map(({ id }) => id)).toEqual(["orgmem_3", "orgmem_4"]),
  );
  expect(getMemberships).toHaveBeenCalledWith({ pageSize: 2, offset: 3, role: ["org:member"] });
  expect(hook.current.membershipList?.hasMore).toBe(true);

  hook.rerender(() => useOrganization({ membershipList: { limit: 2, offset: 5 } }));
  await eventually(() => expect(hook.current.membershipList?.hasMore).toBe(false));
});

test("reading invitationList asks for it, and not reading it doesn't (check 38)", async () => {
  const getInvitations = pagesOf(() => [invitation()]);
  const fake = new FakeTenantry(signedIn({ organization: organization({ getInvitations }) }));
  renderHook(fake, () => useOrganization().organization?.name);
  const hook = renderHook(fake, () => {
    const { isLoaded } = useOrganization();
    return isLoaded;
  });
  expect(hook.current).toBe(true);
  expect(getInvitations).not.toHaveBeenCalled();

  const reading = renderHook(fake, () => useOrganization().invitationList);
  await eventually(() => expect(reading.current?.[0]?.emailAddress).toBe("grace@example.com"));
});

test("organizationList follows (check 37)", async () => {
  let rows = [membership()];
  const user = part<UserResource>({
    id: "user_ada",
    getOrganizationMemberships: pagesOf(() => rows),
  });
  const fake = new FakeTenantry(LOADING);
  const hook = renderHook(fake, () => useOrganizationList());
  expect(hook.current.isLoaded).toBe(false);
  expect(hook.current.organizationList).toHaveLength(0);
  fake.set(signedIn({ user }));
  await eventually(() => expect(hook.current.organizationList).toHaveLength(1));
  expect(
    hook.all.some(({ isLoaded, organizationList }) => isLoaded && organizationList.length === 0),
  ).toBe(false);

  const difference = organization({ id: "org_difference", name: "Difference" });
  fake.createOrganization.mockImplementation(async () => {
    rows = [...rows, membership({ id: "orgmem_2", organization: difference })];
    fake.tell("invalidate", [{ list: "userMemberships", organizationId: null }]);
    return difference;
  });
  await hook.current.createOrganization({ name: "Difference" });
  await eventually(() =>
    expect(hook.current.organizationList.map((entry) => entry.organization.name)).toEqual([
      "Engines",
      "Difference",
    ]),
  );
});

test("an effect that depends on getOrganization runs once", async () => {
  const fake = new FakeTenantry(signedIn());
  const hook = renderHook(fake, () => useOrganizations());
  fake.set({ isSwitching: true });
  fake.set(signedIn({ organization: null }));
  hook.rerender(() => useOrganizations());
  const names = ["createOrganization", "getOrganization", "getOrganizationMemberships"] as const;
  for (const name of names) expect(new Set(hook.all.map((at) => at[name])).size).toBe(1);
  expect((await hook.current.getOrganization("org_engines")).name).toBe("Engines");
});
