// @vitest-environment happy-dom
import {
  type OrganizationResource,
  TenantryError,
  type TenantryEvent,
  type UserResource,
} from "@tenantry/js";
import { expect, test, vi } from "vitest";
import { AcceptInvitation } from "../src/components/accept/accept-invitation.tsx";
import { useRoles } from "../src/components/profile/roles.ts";
import { useActivity } from "../src/components/profile/use-activity.ts";
import { answer, FakeTenantry, organization, part, signedIn } from "./fake.ts";
import { eventually, render, renderHook } from "./render.tsx";

const person = (id: string, firstName: string): UserResource =>
  part<UserResource>({ id, firstName, lastName: null, identifier: `${id}@example.com` });

const refusal = (code: string): TenantryError =>
  new TenantryError({
    status: 422,
    errors: [{ code, message: code, longMessage: code, meta: {} }],
  });

function press(page: HTMLElement, words: string): void {
  const button = [...page.querySelectorAll("button")].find((one) => one.textContent === words);
  if (!button) throw new Error(`There is no button "${words}" in ${page.textContent}`);
  button.click();
}

test("what one person was told about an invitation isn't told to the next one (check 73)", async () => {
  const fake = new FakeTenantry(signedIn({ user: person("user_ada", "Ada") }));
  fake.getInvitationPreview.mockImplementation(async () => ({
    organizationName: "Engines",
    organizationImageUrl: "",
    emailAddress: "user_grace@example.com",
    roleName: "Member",
    inviterName: null,
    status: "pending",
    expiresAt: new Date(),
    next: "accept",
  }));
  fake.acceptInvitation.mockRejectedValueOnce(refusal("invitation_for_another_address"));
  const page = render(fake, <AcceptInvitation ticket="t" />);
  await eventually(() => press(page, "Accept invitation"));
  await eventually(() => expect(page.textContent).toContain("You are signed in as Ada"));

  fake.set(signedIn({ user: person("user_grace", "Grace") }));
  await eventually(() => press(page, "Accept invitation"));
  await eventually(() => expect(page.textContent).toContain("The invitation was accepted."));
});

test("an invitation that couldn't be read is read again on request", async () => {
  const fake = new FakeTenantry(signedIn({ user: person("user_ada", "Ada") }));
  fake.getInvitationPreview.mockRejectedValueOnce(refusal("form_param_format_invalid"));
  const page = render(fake, <AcceptInvitation ticket="t" />);
  await eventually(() => press(page, "Try again"));
  await eventually(() => expect(page.textContent).toContain("Accept invitation"));
  expect(fake.getInvitationPreview).toHaveBeenCalledTimes(2);
});

test("an event that comes before the earlier pages stays the newest", async () => {
  const at = (id: string, minute: number): TenantryEvent =>
    part<TenantryEvent>({ id, organizationId: "org_engines", occurredAt: new Date(minute) });
  let send: (page: ReturnType<typeof answer<TenantryEvent>>) => void = () => {};
  const getEvents: OrganizationResource["getEvents"] = () =>
    new Promise((resolve) => {
      send = resolve;
    });
  const active = organization({ getEvents });
  const fake = new FakeTenantry(signedIn({ organization: active }));
  const hook = renderHook(fake, () => useActivity(active));
  fake.tell("event", at("evt_3", 3));
  await eventually(() => expect(hook.current.events).toHaveLength(1));
  expect(hook.current.isLoading).toBe(true);
  send(answer([at("evt_1", 1), at("evt_2", 2), at("evt_3", 3)]));
  await eventually(() =>
    expect(hook.current.events.map(({ id }) => id)).toEqual(["evt_3", "evt_2", "evt_1"]),
  );
});

test("roles are read again when they have changed, those of this organization", async () => {
  const getRoles = vi.fn<OrganizationResource["getRoles"]>(async () => []);
  const active = organization({ getRoles });
  const fake = new FakeTenantry(signedIn({ organization: active }));
  renderHook(fake, () => useRoles(active));
  await eventually(() => expect(getRoles).toHaveBeenCalled());
  const before = getRoles.mock.calls.length;
  fake.tell("invalidate", [{ list: "roles", organizationId: "org_difference" }]);
  fake.tell("invalidate", [{ list: "memberships", organizationId: "org_engines" }]);
  fake.tell("invalidate", [{ list: "roles", organizationId: "org_engines" }]);
  await eventually(() => expect(getRoles).toHaveBeenCalledTimes(before + 1));
});
