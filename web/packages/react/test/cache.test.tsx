// @vitest-environment happy-dom
import type {
  OrganizationInvitationResource,
  OrganizationMembershipResource,
  OrganizationResource,
  PermissionDecision,
  TenantryEvent,
  UserResource,
} from "@tenantry/js";
import { expect, test, vi } from "vitest";
import { useOrganization } from "../src/hooks/useOrganization.ts";
import { useOrganizationList } from "../src/hooks/useOrganizationList.ts";
import { usePermission } from "../src/hooks/usePermission.ts";
import {
  answer,
  FakeTenantry,
  invitation,
  membership,
  organization,
  pagesOf,
  part,
  signedIn,
} from "./fake.ts";
import { eventually, renderHook } from "./render.tsx";

/** An answer that the test gives when it wants. */
function pending<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

function event(values: Partial<TenantryEvent>): TenantryEvent {
  return part<TenantryEvent>({
    id: "evt_1",
    cursor: "1",
    organizationId: "org_engines",
    data: {},
    ...values,
  });
}

function withMembers(rows: () => readonly OrganizationMembershipResource[]) {
  const getMemberships = pagesOf(rows);
  const fake = new FakeTenantry(signedIn({ organization: organization({ getMemberships }) }));
  return { fake, getMemberships };
}

const rolesOf = (rows: readonly OrganizationMembershipResource[]) => rows.map(({ role }) => role);

test("a role shows at once, and settles from the answer", async () => {
  const sent = pending<OrganizationMembershipResource>();
  const grace = membership({ id: "orgmem_grace", role: "org:member", update: () => sent.promise });
  const { fake, getMemberships } = withMembers(() => [membership(), grace]);
  const hook = renderHook(fake, () => useOrganization({ memberships: true }));
  const list = () => hook.current.memberships;
  await eventually(() => expect(list().data).toHaveLength(2));

  const done = list().data[1]?.update({ role: "org:admin" });
  await eventually(() => expect(rolesOf(list().data)).toEqual(["org:admin", "org:admin"]));
  // What others change meanwhile is read when the answer is there: the server may still tell the old role.
  fake.tell("invalidate", [{ list: "memberships", organizationId: "org_engines" }]);
  expect(getMemberships).toHaveBeenCalledTimes(1);

  sent.resolve({ ...grace, role: "org:admin", roleName: "Admin of all" });
  expect((await done)?.roleName).toBe("Admin of all");
  await eventually(() => expect(getMemberships).toHaveBeenCalledTimes(2));
});

test("a refused role is taken back, and the caller hears why", async () => {
  const sent = pending<OrganizationMembershipResource>();
  const ada = membership({ update: () => sent.promise });
  const { fake, getMemberships } = withMembers(() => [ada]);
  const hook = renderHook(fake, () => useOrganization({ memberships: true }));
  const list = () => hook.current.memberships;
  await eventually(() => expect(list().data).toHaveLength(1));

  const done = list().data[0]?.update({ role: "org:member" });
  await eventually(() => expect(rolesOf(list().data)).toEqual(["org:member"]));
  // The list that is read afterwards isn't there yet: the role of before comes from the page itself.
  getMemberships.mockReturnValueOnce(new Promise(() => {}));
  sent.reject(new Error("An organization needs a member who can manage it."));
  await expect(done).rejects.toThrow("An organization needs a member");
  await eventually(() => expect(rolesOf(list().data)).toEqual(["org:admin"]));
});

test("a removed row is gone at once with its count, and comes back if it is refused", async () => {
  const sent = pending<OrganizationMembershipResource>();
  const grace = membership({ id: "orgmem_grace", destroy: () => sent.promise });
  const { fake } = withMembers(() => [membership(), grace]);
  const hook = renderHook(fake, () => useOrganization({ memberships: true }));
  const list = () => hook.current.memberships;
  await eventually(() => expect(list().count).toBe(2));

  const done = list().data[1]?.destroy();
  await eventually(() => expect(list()).toMatchObject({ count: 1, data: [{ id: "orgmem_ada" }] }));
  sent.reject(new Error("No."));
  await expect(done).rejects.toThrow("No.");
  await eventually(() => expect(list().count).toBe(2));
});

test("a revoked invitation leaves the list", async () => {
  let rows = [invitation({ revoke: async () => invitation({ status: "revoked" }) })];
  const getInvitations = pagesOf(() => rows);
  const fake = new FakeTenantry(signedIn({ organization: organization({ getInvitations }) }));
  const hook = renderHook(fake, () => useOrganization({ invitations: true }));
  const list = () => hook.current.invitations;
  await eventually(() => expect(list().count).toBe(1));
  const [first] = list().data;
  rows = [];
  await first?.revoke();
  await eventually(() => expect(list()).toMatchObject({ count: 0, data: [] }));
});

test.each(["before", "after"])(
  "a list whose answer comes %s that of a change is read again",
  async (order) => {
    const [sent, slow] = [pending<OrganizationInvitationResource>(), pending<void>()];
    const revoked = invitation({ status: "revoked" });
    let rows = [invitation({ revoke: () => sent.promise })];
    const getInvitations: OrganizationResource["getInvitations"] = async ({ status } = {}) => {
      const found = answer(rows.filter((row) => status?.includes(row.status)));
      if (status?.includes("revoked")) await slow.promise;
      return found;
    };
    const fake = new FakeTenantry(signedIn({ organization: organization({ getInvitations }) }));
    const hook = renderHook(fake, () => useOrganization({ invitations: { status: "pending" } }));
    const list = () => hook.current.invitations;
    await eventually(() => expect(list().count).toBe(1));
    const done = list().data[0]?.revoke();
    await eventually(() => expect(list().count).toBe(0));

    hook.rerender(() => useOrganization({ invitations: { status: "revoked" } }));
    await eventually(() => expect(list().isFetching).toBe(true));
    rows = [revoked];
    fake.tell("invalidate", [{ list: "invitations", organizationId: "org_engines" }]);
    if (order === "before") {
      slow.resolve();
      await eventually(() => expect(list()).toMatchObject({ isFetching: false, count: 0 }));
    }
    sent.resolve(revoked);
    await done;
    slow.resolve();
    await eventually(() => expect(list()).toMatchObject({ count: 1, data: [revoked] }));
  },
);

test("a list that a change has interrupted is read after it", async () => {
  const sent = pending<OrganizationInvitationResource>();
  const never = pending<ReturnType<typeof answer<OrganizationInvitationResource>>>();
  const getInvitations = vi.fn<OrganizationResource["getInvitations"]>(async ({ status } = {}) =>
    answer(status?.includes("pending") ? [invitation({ revoke: () => sent.promise })] : []),
  );
  const fake = new FakeTenantry(signedIn({ organization: organization({ getInvitations }) }));
  const hook = renderHook(fake, () => {
    const first = useOrganization({ invitations: { status: "pending" } }).invitations;
    return [first, useOrganization({ invitations: { status: "expired" } }).invitations] as const;
  });
  await eventually(() => expect(hook.current[0].count).toBe(1));
  getInvitations.mockReturnValueOnce(never.promise);
  hook.rerender(() => {
    const first = useOrganization({ invitations: { status: "pending" } }).invitations;
    return [first, useOrganization({ invitations: { status: "revoked" } }).invitations] as const;
  });
  await eventually(() => expect(hook.current[1].isFetching).toBe(true));
  const done = hook.current[0].data[0]?.revoke();
  await eventually(() => expect(hook.current[0].count).toBe(0));
  getInvitations.mockResolvedValue(answer([invitation({ status: "revoked" })]));
  sent.resolve(invitation({ status: "revoked" }));
  await done;
  await eventually(() => expect(hook.current[1].count).toBe(1));
});

test("an answer that is under way when a change settles is followed by another one", async () => {
  const sent = pending<OrganizationMembershipResource>();
  const slow = pending<ReturnType<typeof answer<OrganizationMembershipResource>>>();
  const before = membership({ role: "org:admin", update: () => sent.promise });
  const after = membership({ role: "org:member" });
  const { fake, getMemberships } = withMembers(() => [before]);
  const hook = renderHook(fake, () => useOrganization({ memberships: true }));
  const list = () => hook.current.memberships;
  await eventually(() => expect(list().count).toBe(1));
  const done = list().data[0]?.update({ role: "org:member" });
  await eventually(() => expect(rolesOf(list().data)).toEqual(["org:member"]));
  getMemberships.mockReturnValueOnce(slow.promise);
  void list().revalidate();
  await eventually(() => expect(getMemberships).toHaveBeenCalledTimes(2));
  sent.resolve(after);
  await done;
  getMemberships.mockResolvedValue(answer([after]));
  slow.resolve(answer([before]));
  await eventually(() => expect(getMemberships).toHaveBeenCalledTimes(3));
  await eventually(() => expect(rolesOf(list().data)).toEqual(["org:member"]));
});

test("a change that settles from its answer reads nothing", async () => {
  const update = async () => membership({ role: "org:member", update });
  const { fake, getMemberships } = withMembers(() => [membership({ update })]);
  const hook = renderHook(fake, () => useOrganization({ memberships: true }));
  await eventually(() => expect(hook.current.memberships.count).toBe(1));
  await hook.current.memberships.data[0]?.update({ role: "org:member" });
  await eventually(() => expect(rolesOf(hook.current.memberships.data)).toEqual(["org:member"]));
  expect(getMemberships).toHaveBeenCalledTimes(1);
});

test("a change of one list holds up no other", async () => {
  const sent = pending<OrganizationInvitationResource>();
  const getInvitations = pagesOf(() => [invitation({ revoke: () => sent.promise })]);
  const getMemberships = pagesOf(() => [membership()]);
  const active = organization({ getInvitations, getMemberships });
  const fake = new FakeTenantry(signedIn({ organization: active }));
  const hook = renderHook(fake, () => useOrganization({ invitations: true, memberships: true }));
  await eventually(() => expect(hook.current.invitations.count).toBe(1));
  void hook.current.invitations.data[0]?.revoke();
  await eventually(() => expect(hook.current.invitations.count).toBe(0));
  fake.tell("invalidate", [{ list: "all", organizationId: null }]);
  await eventually(() => expect(getMemberships).toHaveBeenCalledTimes(2));
  expect(getInvitations).toHaveBeenCalledTimes(1);
});

test("two changes that end together read the list once", async () => {
  const sent = pending<OrganizationMembershipResource>();
  const update = () => sent.promise;
  const { fake, getMemberships } = withMembers(() => [
    membership({ update }),
    membership({ id: "orgmem_grace", update }),
  ]);
  const hook = renderHook(fake, () => useOrganization({ memberships: true }));
  await eventually(() => expect(hook.current.memberships.count).toBe(2));
  const done = hook.current.memberships.data.map((row) => row.update({ role: "org:member" }));
  await eventually(() =>
    expect(rolesOf(hook.current.memberships.data)).toEqual(["org:member", "org:member"]),
  );
  fake.tell("invalidate", [{ list: "memberships", organizationId: "org_engines" }]);
  sent.resolve(membership({ role: "org:member" }));
  await Promise.all(done);
  await eventually(() => expect(getMemberships).toHaveBeenCalledTimes(2));
});

test("only the lists of the named organization are read again", async () => {
  const { fake, getMemberships } = withMembers(() => [membership()]);
  const hook = renderHook(fake, () => useOrganization({ memberships: true }));
  await eventually(() => expect(hook.current.memberships.count).toBe(1));

  fake.tell("invalidate", [
    { list: "memberships", organizationId: "org_difference" },
    { list: "invitations", organizationId: "org_engines" },
  ]);
  fake.tell("invalidate", [{ list: "memberships", organizationId: "org_engines" }]);
  await eventually(() => expect(getMemberships).toHaveBeenCalledTimes(2));
  fake.tell("invalidate", [{ list: "all", organizationId: null }]);
  await eventually(() => expect(getMemberships).toHaveBeenCalledTimes(3));
});

test("each page on the screen is read again once", async () => {
  const rows = ["a", "b", "c"].map((id) => membership({ id }));
  const { fake, getMemberships } = withMembers(() => rows);
  const hook = renderHook(fake, () => {
    const first = useOrganization({ memberships: { pageSize: 1 } }).memberships;
    const second = useOrganization({ memberships: { pageSize: 2 } }).memberships;
    const third = useOrganization({ memberships: { pageSize: 3 } }).memberships;
    return [first, second, third];
  });
  const lengths = () => hook.current.map(({ data }) => data.length);
  await eventually(() => expect(lengths()).toEqual([1, 2, 3]));
  getMemberships.mockClear();
  rows.pop();
  fake.tell("invalidate", [{ list: "memberships", organizationId: "org_engines" }]);
  await eventually(() => expect(lengths()).toEqual([1, 2, 2]));
  expect(getMemberships).toHaveBeenCalledTimes(3);
});

test("a change while an answer is under way is read after it, and the answer still shows", async () => {
  const oneMember = () => answer([membership()]);
  const first = pending<ReturnType<typeof oneMember>>();
  const second = pending<ReturnType<typeof oneMember>>();
  const { fake, getMemberships } = withMembers(() => []);
  getMemberships.mockReturnValueOnce(first.promise).mockReturnValueOnce(second.promise);
  const hook = renderHook(fake, () => useOrganization({ memberships: true }));
  const list = () => hook.current.memberships;
  await eventually(() => expect(getMemberships).toHaveBeenCalledTimes(1));
  for (let count = 0; count < 5; count += 1) {
    fake.tell("invalidate", [{ list: "memberships", organizationId: "org_engines" }]);
  }
  expect(getMemberships).toHaveBeenCalledTimes(1);

  first.resolve(oneMember());
  await eventually(() => expect(list().data).toHaveLength(1));
  await eventually(() => expect(getMemberships).toHaveBeenCalledTimes(2));
  second.resolve(answer([membership(), membership({ id: "orgmem_new" })]));
  await eventually(() => expect(list().data).toHaveLength(2));
  expect(getMemberships).toHaveBeenCalledTimes(2);
});

test("a new name shows in the list without another request (check 45)", async () => {
  const getOrganizationMemberships = pagesOf(() => [membership()]);
  const user = part<UserResource>({ id: "user_ada", getOrganizationMemberships });
  const fake = new FakeTenantry(signedIn({ user }));
  const hook = renderHook(fake, () => useOrganizationList({ userMemberships: { infinite: true } }));
  const names = () => hook.current.userMemberships.data.map((row) => row.organization.name);
  await eventually(() => expect(names()).toEqual(["Engines"]));

  const data = { name: "Analytical Engines", slug: "engines", image_url: null, has_image: false };
  fake.tell("event", event({ type: "ORGANIZATION_UPDATED", data }));
  await eventually(() => expect(names()).toEqual(["Analytical Engines"]));
  expect(hook.current.userMemberships.data[0]?.organization.imageUrl).toBe("/images/engines");
  expect(getOrganizationMemberships).toHaveBeenCalledTimes(1);
});

test("another user sees nothing of the first, and lists are read anew (check 11)", async () => {
  const ada = part<UserResource>({
    id: "user_ada",
    getOrganizationMemberships: pagesOf(() => [membership({ id: "orgmem_of_ada" })]),
  });
  const grace = part<UserResource>({
    id: "user_grace",
    getOrganizationMemberships: pagesOf(() => [membership({ id: "orgmem_of_grace" })]),
  });
  const fake = new FakeTenantry(signedIn({ user: ada }));
  const hook = renderHook(fake, () => {
    const { userMemberships } = useOrganizationList({
      userMemberships: { keepPreviousData: true },
    });
    return { userId: fake.state.user?.id, ids: userMemberships.data.map(({ id }) => id) };
  });
  await eventually(() => expect(hook.current.ids).toEqual(["orgmem_of_ada"]));
  fake.set(signedIn({ user: grace }));
  await eventually(() => expect(hook.current.ids).toEqual(["orgmem_of_grace"]));
  const mixed = hook.all.filter(
    ({ userId, ids }) => userId === "user_grace" && ids.includes("orgmem_of_ada"),
  );
  expect(mixed).toEqual([]);

  fake.set(signedIn({ user: ada }));
  await eventually(() => expect(hook.current.userId).toBe("user_ada"));
  await eventually(() => expect(ada.getOrganizationMemberships).toHaveBeenCalledTimes(2));
});

test("who comes back to an organization reads its lists again", async () => {
  const { fake, getMemberships } = withMembers(() => [membership()]);
  const there = fake.state;
  const hook = renderHook(fake, () => useOrganization({ memberships: true }));
  await eventually(() => expect(hook.current.memberships.count).toBe(1));

  const other = organization({ id: "org_difference", getMemberships: pagesOf(() => []) });
  fake.set(signedIn({ organization: other }));
  await eventually(() => expect(hook.current.memberships.isFetching).toBe(false));
  fake.set(there);
  await eventually(() => expect(getMemberships).toHaveBeenCalledTimes(2));
});

test("a permission is asked for, and again when the role changes (check 33)", async () => {
  const fake = new FakeTenantry(signedIn());
  fake.checkPermission.mockResolvedValueOnce(
    part<PermissionDecision>({ allowed: false, reason: "UNKNOWN_PERMISSION", role: null }),
  );
  const hook = renderHook(fake, () => usePermission("org:reports:raed"));
  expect(hook.current).toEqual({ isLoaded: false, allowed: false, reason: null, role: null });
  await eventually(() => expect(hook.current.reason).toBe("UNKNOWN_PERMISSION"));
  expect(fake.checkPermission).toHaveBeenLastCalledWith({
    permission: "org:reports:raed",
    organizationId: "org_engines",
  });

  fake.tell("event", event({ type: "ROLE_UPDATED", organizationId: null }));
  await eventually(() => expect(hook.current.allowed).toBe(true));
  fake.set({ membership: membership({ permissions: ["org:reports:read"] }) });
  await eventually(() => expect(fake.checkPermission).toHaveBeenCalledTimes(3));
});

test("another organization of the user can be named by its slug", async () => {
  const difference = organization({
    id: "org_difference",
    name: "Difference",
    slug: "difference",
    getMemberships: pagesOf(() => [membership({ id: "orgmem_x" })]),
  });
  const fake = new FakeTenantry(signedIn());
  fake.getOrganization.mockResolvedValue(difference);
  const own = membership({ id: "orgmem_own", organization: difference });
  fake.getOrganizationMemberships.mockImplementation(pagesOf(() => [membership(), own]));
  const hook = renderHook(fake, () =>
    useOrganization({ organization: "difference", memberships: true }),
  );
  expect(hook.current).toMatchObject({ isLoaded: false, organization: null });
  await eventually(() => expect(hook.current.membership?.id).toBe("orgmem_own"));
  await eventually(() => expect(hook.current.memberships.data[0]?.id).toBe("orgmem_x"));
  expect(hook.current.organization).toBe(difference);
  vi.restoreAllMocks();
});
