// @vitest-environment happy-dom
import type { TenantryEvent } from "@tenantry/js";
import { expect, test, vi } from "vitest";
import { useInvitation } from "../src/hooks/useInvitation.ts";
import { useOrganizationCreationDefaults } from "../src/hooks/useOrganizationCreationDefaults.ts";
import { useOrganizationEvents } from "../src/hooks/useOrganizationEvents.ts";
import { useTenantryQuery } from "../src/hooks/useTenantryQuery.ts";
import { FakeTenantry, LOADING, NOBODY, organization, part, signedIn } from "./fake.ts";
import { eventually, renderHook } from "./render.tsx";

function event(id: number, values: Partial<TenantryEvent> = {}): TenantryEvent {
  return part<TenantryEvent>({
    id: `evt_${id}`,
    cursor: String(id),
    type: "MEMBERSHIP_CREATED",
    organizationId: "org_engines",
    data: {},
    ...values,
  });
}

test("events of the organization arrive, filtered by type, with the handler of the last render", async () => {
  const fake = new FakeTenantry(signedIn());
  const first = vi.fn();
  const second = vi.fn();
  const types = ["MEMBERSHIP_CREATED"] as const;
  const hook = renderHook(fake, () => useOrganizationEvents(first, { types }));
  fake.tell("event", event(1));
  fake.tell("event", event(2, { organizationId: "org_difference" }));
  fake.tell("event", event(3, { type: "INVITATION_CREATED" }));
  hook.rerender(() => useOrganizationEvents(second, { types }));
  fake.tell("event", event(4));

  expect(first.mock.calls.map(([{ id }]) => id)).toEqual(["evt_1"]);
  expect(second.mock.calls.map(([{ id }]) => id)).toEqual(["evt_4"]);
  await eventually(() =>
    expect(hook.current).toEqual({ status: "open", cursor: "4", error: null }),
  );
});

test("events behind a cursor come first, and none twice", async () => {
  const pages = [
    { data: [event(1), event(2)], pageInfo: { hasNextPage: true, endCursor: "2" } },
    { data: [event(3)], pageInfo: { hasNextPage: false, endCursor: "3" } },
  ];
  const gate = { open: () => {} };
  const isOpen = new Promise<void>((resolve) => {
    gate.open = resolve;
  });
  const getEvents = vi.fn(async ({ after }: { after: string }) => {
    if (after === "2") await isOpen;
    return pages[after === "2" ? 1 : 0];
  });
  const active = organization({ getEvents: getEvents as never });
  const fake = new FakeTenantry(signedIn({ organization: active }));
  const seen: string[] = [];
  renderHook(fake, () => useOrganizationEvents(({ id }) => seen.push(id), { after: "0" }));
  await eventually(() => expect(seen.slice(-2)).toEqual(["evt_1", "evt_2"]));
  const from = seen.length - 2;
  fake.tell("event", event(3));
  fake.tell("event", event(4));
  gate.open();
  await eventually(() => expect(seen.slice(from)).toEqual(["evt_1", "evt_2", "evt_3", "evt_4"]));
});

test("an invitation is read by whoever holds its ticket, and again after accepting", async () => {
  const fake = new FakeTenantry(LOADING);
  const hook = renderHook(fake, () => useInvitation("tick_1"));
  expect(hook.current).toMatchObject({ isLoading: true, preview: null });
  fake.set(NOBODY);
  await eventually(() => expect(hook.current.preview?.next).toBe("accept"));
  expect(fake.acceptInvitation).not.toHaveBeenCalled();

  await hook.current.accept();
  expect(fake.acceptInvitation).toHaveBeenCalledWith({ ticket: "tick_1" });
  await eventually(() => expect(fake.getInvitationPreview).toHaveBeenCalledTimes(2));
});

test("without a ticket, nothing is asked", () => {
  const fake = new FakeTenantry(NOBODY);
  const hook = renderHook(fake, () => useInvitation(null));
  expect(hook.current).toMatchObject({ isLoading: false, preview: null, error: null });
  expect(fake.getInvitationPreview).not.toHaveBeenCalled();
});

test("values for a new organization are the user's", async () => {
  const getOrganizationCreationDefaults = async () => ({
    name: "Ada's",
    slug: "adas",
    advisory: null,
  });
  const user = part<NonNullable<FakeTenantry["state"]["user"]>>({
    id: "user_ada",
    getOrganizationCreationDefaults,
  });
  const fake = new FakeTenantry(signedIn({ user }));
  const hook = renderHook(fake, () => useOrganizationCreationDefaults());
  expect(hook.current).toEqual({ isLoaded: false, data: null });
  await eventually(() => expect(hook.current.data?.name).toBe("Ada's"));
});

test("own queries are sent with their variables, again on demand, and never while they are off", async () => {
  const fake = new FakeTenantry(signedIn());
  fake.query.mockImplementation(async (_document, { id }) => ({ name: `n${id}` }));
  const document = { toString: () => "query Name($id: ID!) { name }" };
  const hook = renderHook(fake, () => useTenantryQuery(document, { id: 1 }, { enabled: false }));
  expect(hook.current).toMatchObject({ isLoading: false, data: undefined });
  expect(fake.query).not.toHaveBeenCalled();

  hook.rerender(() => useTenantryQuery(document, { id: 2 }));
  await eventually(() => expect(hook.current.data).toEqual({ name: "n2" }));
  await hook.current.refetch();
  expect(fake.query).toHaveBeenCalledTimes(2);
  expect(fake.query).toHaveBeenLastCalledWith(document, { id: 2 });
});
