// @vitest-environment happy-dom
import {
  type InstanceResource,
  type InvitationPreview,
  type OrganizationMembershipResource,
  type OrganizationResource,
  type RoleResource,
  TenantryError,
  type TenantryEvent,
  type UserResource,
} from "@tenantry/js";
import { cloneElement, createRef, type FormEvent, type ReactNode, useEffect } from "react";
import { flushSync } from "react-dom";
import { expect, test, vi } from "vitest";
import { SurroundingsProvider } from "../src/appearance/context.tsx";
import type { PaginatedResources } from "../src/cache/pages.ts";
import { AcceptInvitation } from "../src/components/accept/accept-invitation.tsx";
import { CreateOrganization } from "../src/components/create/create-organization.tsx";
import { OrganizationList } from "../src/components/list/organization-list.tsx";
import { useActivity } from "../src/components/profile/activity/use-activity.ts";
import { RemoveDialog } from "../src/components/profile/members/remove-dialog.tsx";
import { RoleCell } from "../src/components/profile/members/role-cell.tsx";
import { useRoles } from "../src/components/profile/members/roles.ts";
import { OrganizationProfile } from "../src/components/profile/organization-profile.tsx";
import { OrganizationSwitcher } from "../src/components/switcher/organization-switcher.tsx";
import { TaskChooseOrganization } from "../src/components/task/task-choose-organization.tsx";
import { en } from "../src/locales/en.ts";
import { LocalizationProvider, useLocale } from "../src/localization.tsx";
import { Dialog } from "../src/ui/dialog.tsx";
import {
  answer,
  FakeTenantry,
  LOADING,
  membership,
  NOBODY,
  organization,
  part,
  signedIn,
} from "./fake.ts";
import { eventually, render, renderHook } from "./render.tsx";

const person = (id: string, firstName: string): UserResource =>
  part<UserResource>({ id, firstName, lastName: null, identifier: `${id}@example.com` });

const refusal = (code: string): TenantryError =>
  new TenantryError({
    status: 422,
    errors: [{ code, message: code, longMessage: code, meta: {} }],
  });

const english = (children: ReactNode): ReactNode => (
  <LocalizationProvider base={en}>{children}</LocalizationProvider>
);

function press(page: HTMLElement, words: string): void {
  const button = [...page.querySelectorAll("button")].find((one) => one.textContent === words);
  if (!button) throw new Error(`There is no button "${words}" in ${page.textContent}`);
  button.click();
}

test.each([
  ["<CreateOrganization>", <CreateOrganization key="0" fallback="wait" />],
  ["<OrganizationList>", <OrganizationList key="1" fallback="wait" />],
  ["<OrganizationProfile>", <OrganizationProfile key="2" fallback="wait" />],
  ["<OrganizationSwitcher>", <OrganizationSwitcher key="3" fallback="wait" />],
])("the fallback of %s stays until the state is there, in its root element", async (_, shown) => {
  const fake = new FakeTenantry(LOADING);
  const ref = createRef<HTMLDivElement>();
  const page = render(fake, cloneElement(shown, { ref }));
  expect(ref.current?.classList).toContain("tn-root");
  await eventually(() => expect(page.textContent).toBe("wait"));
  expect(page.querySelector(".tn-skeleton")).toBeNull();
  flushSync(() => fake.set(NOBODY));
  await eventually(() => expect(page.textContent).toBe(""));
});

test.each([
  ["<CreateOrganization>", <CreateOrganization key="0" hideSlug />],
  ["<OrganizationList>", <OrganizationList key="1" hidePersonal />],
  ["<OrganizationProfile>", <OrganizationProfile key="2" routing="virtual" />],
  ["<OrganizationSwitcher>", <OrganizationSwitcher key="3" sideOffset={8} onSelect={vi.fn()} />],
  ["<TaskChooseOrganization>", <TaskChooseOrganization key="4" redirectUrlComplete="/" />],
])("%s gives the attributes of an element to its root, and no options", async (_, shown) => {
  const ref = createRef<HTMLDivElement>();
  const onClick = vi.fn();
  const attributes = { ref, onClick, id: "own", title: "Organizations", "data-place": "header" };
  render(new FakeTenantry(LOADING), cloneElement(shown, attributes));
  const names = ["class", "data-color-scheme", "data-place", "dir", "id", "lang", "style", "title"];
  for (const name of ref.current?.getAttributeNames() ?? []) expect(names).toContain(name);
  expect(ref.current).toMatchObject({ id: "own", title: "Organizations" });
  expect(ref.current?.dataset.place).toBe("header");
  ref.current?.click();
  expect(onClick).toHaveBeenCalledTimes(1);
});

test("a fallback of null shows nothing", () => {
  const page = render(
    new FakeTenantry(LOADING),
    <>
      <CreateOrganization fallback={null} />
      <OrganizationSwitcher fallback={null} />
    </>,
  );
  expect(page.querySelectorAll(".tn-root")).toHaveLength(2);
  expect(page.querySelector(".tn-skeleton")).toBeNull();
});

test("the tools of React show components under their own names", () => {
  const shown = {
    AcceptInvitation,
    CreateOrganization,
    OrganizationList,
    OrganizationProfile,
    OrganizationSwitcher,
    TaskChooseOrganization,
  };
  expect(Object.values(shown).map(({ displayName }) => displayName)).toEqual(Object.keys(shown));
});

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

test("who has joined isn't asked to join again when the organization can't be activated", async () => {
  const fake = new FakeTenantry(signedIn({ user: person("user_ada", "Ada") }));
  fake.acceptInvitation.mockImplementation(async () => {
    fake.getInvitationPreview.mockResolvedValue(
      part<InvitationPreview>({ status: "accepted", expiresAt: new Date() }),
    );
    return membership();
  });
  fake.getInvitationPreview.mockResolvedValue(
    part<InvitationPreview>({ status: "pending", expiresAt: new Date() }),
  );
  fake.setActive.mockRejectedValueOnce(refusal("UNAVAILABLE"));
  const page = render(fake, <AcceptInvitation ticket="t" />);
  await eventually(() => press(page, "Accept invitation"));
  await eventually(() => expect(page.textContent).toContain("The server can’t answer right now."));
  await eventually(() => expect(fake.getInvitationPreview.mock.calls.length).toBeGreaterThan(1));
  press(page, "Accept invitation");
  await eventually(() => expect(page.textContent).toContain("The invitation was accepted."));
  expect(fake.acceptInvitation).toHaveBeenCalledTimes(1);
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
  const told = [
    { list: "roles", organizationId: "org_difference" },
    { list: "memberships", organizationId: active.id },
    { list: "roles", organizationId: active.id },
  ] as const;
  for (const [index, one] of told.entries()) {
    flushSync(() => fake.tell("invalidate", [one]));
    expect(getRoles).toHaveBeenCalledTimes(before + (index === 2 ? 1 : 0));
  }
});

test("the roles of an organization are never shown for another one", async () => {
  const role = (key: string) => part<RoleResource>({ key });
  let answerLate: (roles: RoleResource[]) => void = () => {};
  const getRoles = () =>
    new Promise<RoleResource[]>((resolve) => {
      answerLate = resolve;
    });
  const slow = organization({ id: "org_slow", getRoles });
  const first = organization({ getRoles: async () => [role("org:first")] });
  const fake = new FakeTenantry(signedIn({ organization: first }));
  const hook = renderHook(fake, () => useRoles(first));
  const keys = () => hook.current.map(({ key }) => key);
  await eventually(() => expect(keys()).toEqual(["org:first"]));
  hook.rerender(() => useRoles(slow));
  expect(keys()).toEqual([]);
  hook.rerender(() => useRoles(first));
  await eventually(() => expect(keys()).toEqual(["org:first"]));
  answerLate([role("org:slow")]);
  await new Promise((done) => setTimeout(done));
  expect(keys()).toEqual(["org:first"]);
});

test("the settings leave only with the organization that they show (check 44)", async () => {
  const active = organization({
    membersCount: 1,
    createdAt: new Date(),
    getRoles: async () => [],
    getMemberships: async () => answer([]),
  });
  const fake = new FakeTenantry(signedIn({ organization: active }));
  const page = render(fake, <OrganizationProfile afterLeaveOrganizationUrl="/bye" />);
  await eventually(() => expect(page.textContent).toContain("Leave organization"));
  const left = { slug: null, reason: "removed" } as const;
  fake.tell("organizationLeft", { ...left, organizationId: "org_difference" });
  expect(fake.navigate).not.toHaveBeenCalled();
  fake.tell("organizationLeft", { ...left, organizationId: active.id });
  expect(fake.navigate).toHaveBeenCalledWith("/bye");
});

test("another try removes only the members that are left (check 65)", async () => {
  const first = vi.fn(async () => membership());
  const second = vi
    .fn(async () => membership())
    .mockRejectedValueOnce(refusal("organization_minimum_permissions_needed"));
  const onClose = vi.fn();
  const members = [
    membership({ id: "orgmem_1", destroy: first }),
    membership({ id: "orgmem_2", destroy: second }),
  ];
  render(
    new FakeTenantry(signedIn()),
    english(<RemoveDialog members={members} organization={organization()} onClose={onClose} />),
  );
  await eventually(() => press(document.body, "Remove"));
  await eventually(() => expect(document.body.textContent).toContain("At least one member"));
  press(document.body, "Remove");
  await eventually(() => expect(onClose).toHaveBeenCalled());
  expect([first.mock.calls.length, second.mock.calls.length]).toEqual([1, 2]);
});

test("a role is chosen once the one before is stored (check 64)", async () => {
  const update = vi.fn<OrganizationMembershipResource["update"]>(() => new Promise(() => {}));
  const role = (key: string): RoleResource =>
    part<RoleResource>({ key, name: key, permissions: [], isGrantable: true });
  const page = render(
    new FakeTenantry(signedIn()),
    english(
      <RoleCell
        membership={membership({ role: "org:admin", update })}
        roles={["org:admin", "org:member", "org:guest"].map(role)}
        mayManage
        list={part<PaginatedResources<OrganizationMembershipResource>>({})}
      />,
    ),
  );
  const select = page.querySelector("select");
  if (!select) throw new Error("There is no select.");
  for (const key of ["org:member", "org:guest"]) {
    select.value = key;
    select.dispatchEvent(new Event("change", { bubbles: true }));
    await eventually(() => expect(select.value).toBe("org:member"));
  }
  expect(update).toHaveBeenCalledTimes(1);
});

test("what happens in a dialog stays there, whatever is around it in React", async () => {
  const heard = vi.fn();
  const tell = ({ type }: { type: string }) => heard(type);
  const sent = vi.fn((event: FormEvent) => event.preventDefault());
  render(
    new FakeTenantry(signedIn()),
    english(
      // biome-ignore lint/a11y/noStaticElementInteractions: it stands for a row of a page.
      <div onClick={tell} onKeyDown={tell} onSubmit={tell}>
        <Dialog title="Title" onClose={() => {}}>
          <form onSubmit={sent}>
            <button type="submit">Go</button>
          </form>
        </Dialog>
      </div>,
    ),
  );
  await eventually(() => press(document.body, "Go"));
  const options = { key: "ArrowDown", bubbles: true };
  document.querySelector("form")?.dispatchEvent(new KeyboardEvent("keydown", options));
  expect(sent).toHaveBeenCalledTimes(1);
  expect(heard).not.toHaveBeenCalled();
});

test("the rows of a list share the formatters of their language", () => {
  const made = vi.spyOn(Intl, "PluralRules");
  function Row(): ReactNode {
    const { text, count } = useLocale();
    return <li>{count(text.organizationSwitcher.results, 2)}</li>;
  }
  const page = render(
    new FakeTenantry(signedIn()),
    english(
      <>
        <Row />
        <Row />
      </>,
    ),
  );
  const { length } = made.mock.calls;
  made.mockRestore();
  expect(page.textContent).toBe("2 organizations2 organizations");
  expect(length).toBe(1);
});

test.each([
  ["focusin", "focusout"],
  ["pointerover", "pointerout"],
])("only a %s at the trigger of the switcher loads the first rows", async (...events) => {
  const getOrganizationMemberships = vi.fn<UserResource["getOrganizationMemberships"]>(async () =>
    answer([]),
  );
  const getOrganizationInvitations = vi.fn<UserResource["getOrganizationInvitations"]>(async () =>
    answer([]),
  );
  const user = part<UserResource>({
    ...person("user_ada", "Ada"),
    getOrganizationMemberships,
    getOrganizationInvitations,
  });
  // Effects of the same render, such as an end of a subscription, have run by then.
  const shown = vi.fn();
  const Trigger = (): ReactNode => {
    useEffect(shown);
    return <button type="button">Choose</button>;
  };
  const fake = new FakeTenantry(signedIn({ user }));
  const page = render(fake, <OrganizationSwitcher trigger={() => <Trigger />} />);
  await eventually(() => expect(page.querySelector("button")).not.toBeNull());
  const tell = (selector: string, type: string): void => {
    const event = new Event(type, { bubbles: true });
    flushSync(() => page.querySelector(selector)?.dispatchEvent(event));
  };
  shown.mockClear();
  for (const event of events) tell("[popover]", event);
  expect(shown).not.toHaveBeenCalled();
  for (const event of [...events, ...events, ...events]) {
    shown.mockClear();
    tell("button", event);
    await eventually(() => expect(shown).toHaveBeenCalled());
  }
  expect(getOrganizationMemberships).toHaveBeenCalledTimes(1);
  // Nothing shows the rows any more, while the trigger counts the invitations.
  const lists = ["userMemberships", "userInvitations"] as const;
  fake.tell(
    "invalidate",
    lists.map((list) => ({ list, organizationId: null })),
  );
  await eventually(() => expect(getOrganizationInvitations).toHaveBeenCalledTimes(2));
  expect(getOrganizationMemberships).toHaveBeenCalledTimes(1);
});

test("the logo of the instance loads and leads only where a page may", () => {
  const show = (logoUrl: string, homeUrl: string): HTMLElement => {
    const instance = part<InstanceResource>({ name: "Calculus", logoUrl, homeUrl });
    const user = part<UserResource>({
      ...person("user_ada", "Ada"),
      createOrganizationEnabled: false,
    });
    return render(new FakeTenantry(signedIn({ user, instance })), <CreateOrganization />);
  };
  const good = show("https://example.com/logo.png", "https://example.com/");
  expect(good.querySelector("a.tn-cardLogo > img")).not.toBeNull();
  expect(show("https://example.com/logo.png", "javascript:alert()").querySelector("a")).toBeNull();
  expect(show("data:image/png;base64,", "https://example.com/").querySelector("img")).toBeNull();
});

test("the variables of a component stand in the layer that the provider names", () => {
  const page = render(
    new FakeTenantry(signedIn()),
    <SurroundingsProvider appearance={{ cssLayerName: "vendor" }}>
      <SurroundingsProvider appearance={{ variables: { colorPrimary: "red" } }}>
        -
      </SurroundingsProvider>
    </SurroundingsProvider>,
  );
  expect(page.querySelector("style")?.innerHTML).toMatch(/^@layer vendor\{/);
});
