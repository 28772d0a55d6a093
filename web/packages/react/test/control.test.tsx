// @vitest-environment happy-dom
import { type SessionResource, TenantryError } from "@tenantry/js";
import { beforeEach, expect, test, vi } from "vitest";
import {
  ActiveOrganization,
  Protect,
  RedirectToSignIn,
  RedirectToTasks,
  RefreshSession,
  Show,
  SignedIn,
  SignedOut,
  SignOutButton,
  TenantryDegraded,
  TenantryFailed,
  TenantryLoaded,
  TenantryLoading,
} from "../src/index.ts";
import { FakeTenantry, LOADING, NOBODY, organization, part, signedIn } from "./fake.ts";
import { eventually, render } from "./render.tsx";

beforeEach(() => sessionStorage.clear());

const PENDING = part<SessionResource>({
  id: "sess_1",
  status: "pending",
  tasks: [{ key: "choose-organization" }],
  currentTask: { key: "choose-organization" },
});

const foreign = () =>
  new TenantryError({
    status: 404,
    errors: [
      {
        code: "organization_not_found_or_unauthorized",
        message: "There is no such organization.",
        longMessage: "There is no such organization.",
        meta: {},
      },
    ],
  });

// Biome takes the prop of a component for the attribute of an element.
const protectedBy = (role: string, children: string, fallback: string) => (
  <Protect {...{ role, fallback }}>{children}</Protect>
);

test("Show has four forms (check 72)", () => {
  const page = render(
    new FakeTenantry(signedIn()),
    <>
      <Show when="signed-in">1</Show>
      <Show when="signed-out" fallback="2">
        wrong
      </Show>
      <Show when={{ role: "org:admin", permission: "org:sys_memberships:manage" }}>3</Show>
      <Show when={{ permission: "org:sys_billing:manage" }} fallback="4">
        wrong
      </Show>
      <Show when={(has) => has({ role: "org:admin" })}>5</Show>
    </>,
  );
  expect(page.textContent).toBe("12345");
});

test("Show shows nothing, and never its fallback, until it knows (check 72)", async () => {
  const fake = new FakeTenantry(LOADING);
  const page = render(
    fake,
    <>
      <Show when="signed-in" fallback="fallback">
        in
      </Show>
      <Show when="signed-out" loading="loading" fallback="not out">
        out
      </Show>
    </>,
  );
  expect(page.textContent).toBe("loading");
  fake.set(signedIn());
  await eventually(() => expect(page.textContent).toBe("innot out"));
});

test("a condition of a function isn't asked about somebody who is signed out", () => {
  const when = vi.fn(() => true);
  const page = render(
    new FakeTenantry(NOBODY),
    <Show when={when} fallback="no">
      yes
    </Show>,
  );
  expect(page.textContent).toBe("no");
  expect(when).not.toHaveBeenCalled();
});

test("the earlier names work, and treat pending sessions as signed out", () => {
  const fake = new FakeTenantry(signedIn({ session: PENDING, organization: null }));
  const page = render(
    fake,
    <>
      <SignedIn>wrong</SignedIn>
      <SignedIn treatPendingAsSignedOut={false}>1</SignedIn>
      <SignedOut>2</SignedOut>
      <Protect fallback="3">wrong</Protect>
      {protectedBy("org:admin", "wrong", "4")}
    </>,
  );
  expect(page.textContent).toBe("1234");
});

test("Protect takes roles, permissions, and a condition", () => {
  const page = render(
    new FakeTenantry(signedIn()),
    <>
      <Protect>1</Protect>
      {protectedBy("org:admin", "2", "wrong")}
      <Protect permission="org:sys_billing:manage" fallback="3">
        wrong
      </Protect>
      <Protect condition={(has) => has({ role: "org:member" })} fallback="4">
        wrong
      </Protect>
    </>,
  );
  expect(page.textContent).toBe("1234");
});

test("each status has its component", async () => {
  const fake = new FakeTenantry(LOADING);
  const page = render(
    fake,
    <>
      <TenantryLoading>loading </TenantryLoading>
      <TenantryLoaded>loaded </TenantryLoaded>
      <TenantryFailed>failed </TenantryFailed>
      <TenantryDegraded>degraded </TenantryDegraded>
    </>,
  );
  expect(page.textContent).toBe("loading ");
  fake.set({ status: "error" });
  await eventually(() => expect(page.textContent).toBe("failed "));
  fake.set(signedIn());
  await eventually(() => expect(page.textContent).toBe("loaded "));
  fake.set({ status: "degraded" });
  await eventually(() => expect(page.textContent).toBe("loaded degraded "));
});

test("an open task leads to its page, and never to the sign-in page (check 71)", async () => {
  const fake = new FakeTenantry(signedIn({ session: PENDING, organization: null }));
  render(
    fake,
    <>
      <RedirectToTasks redirectUrl="/dashboard" />
      <RedirectToSignIn />
    </>,
  );
  await eventually(() => expect(fake.navigate).toHaveBeenCalled());
  expect(fake.buildTaskUrl).toHaveBeenCalledWith({ redirectUrl: "/dashboard" });
  expect(fake.navigate.mock.calls).toEqual([["/tasks/choose-organization", { replace: true }]]);
});

test("who isn't signed in is sent to the sign-in page, once", async () => {
  const fake = new FakeTenantry(LOADING);
  render(
    fake,
    <>
      <RedirectToTasks />
      <RedirectToSignIn />
    </>,
  );
  expect(fake.navigate).not.toHaveBeenCalled();
  fake.set(NOBODY);
  await eventually(() => expect(fake.navigate).toHaveBeenCalled());
  expect(fake.navigate.mock.calls).toEqual([["/sign-in", { replace: true }]]);
});

test("a redirect without a page, and one that goes round, say so", async () => {
  const lost = new FakeTenantry(NOBODY);
  lost.buildSignInUrl.mockReturnValue(null);
  const page = render(lost, <RedirectToSignIn />);
  await eventually(() => expect(page.textContent).toContain("Set signInUrl"));

  const fakes = Array.from({ length: 6 }, () => new FakeTenantry(NOBODY));
  const pages = fakes.map((fake) => render(fake, <RedirectToSignIn />));
  await eventually(() => expect(pages[5]?.textContent).toContain("keep sending you to each other"));
  expect(fakes.map((fake) => fake.navigate.mock.calls.length)).toEqual([1, 1, 1, 1, 1, 0]);
});

test("ActiveOrganization switches before its children render", async () => {
  const fake = new FakeTenantry(signedIn());
  const seen: (string | undefined)[] = [];
  function Child() {
    seen.push(fake.state.organization?.slug ?? undefined);
    return "child";
  }
  const page = render(
    fake,
    <ActiveOrganization slug="difference" fallback="wait" notFound="not found">
      <Child />
    </ActiveOrganization>,
  );
  expect(page.textContent).toBe("wait");
  expect(fake.setActive).toHaveBeenCalledWith({ organization: "difference", remember: false });
  fake.set(signedIn({ organization: organization({ id: "org_difference", slug: "difference" }) }));
  await eventually(() => expect(page.textContent).toBe("child"));
  expect(new Set(seen)).toEqual(new Set(["difference"]));
});

test("ActiveOrganization says the same of a foreign and an unknown organization (check 74)", async () => {
  const fake = new FakeTenantry(signedIn());
  fake.setActive.mockRejectedValue(foreign());
  const page = render(
    fake,
    <ActiveOrganization slug="theirs" fallback="wait" notFound="not found">
      wrong
    </ActiveOrganization>,
  );
  await eventually(() => expect(page.textContent).toBe("not found"));
});

test("ActiveOrganization doesn't fight a switch elsewhere on the page", async () => {
  const fake = new FakeTenantry(signedIn());
  const page = render(
    fake,
    <ActiveOrganization slug="engines" fallback="wait" notFound="not found">
      engines
    </ActiveOrganization>,
  );
  expect(page.textContent).toBe("engines");
  fake.set(signedIn({ organization: organization({ id: "org_difference", slug: "difference" }) }));
  await eventually(() => expect(page.textContent).toBe("wait"));
  expect(fake.setActive).not.toHaveBeenCalled();

  fake.set(signedIn());
  fake.set(signedIn({ organization: null }));
  fake.tell("organizationLeft", {
    organizationId: "org_engines",
    slug: "engines",
    reason: "removed",
  });
  await eventually(() => expect(page.textContent).toBe("not found"));
});

test("RefreshSession mints before it goes on", async () => {
  const fake = new FakeTenantry(signedIn());
  render(fake, <RefreshSession redirectUrl="/orgs/engines" />);
  await eventually(() => expect(fake.navigate).toHaveBeenCalledTimes(1));
  expect(fake.getToken).toHaveBeenCalledWith({ skipCache: true });
  expect(fake.navigate).toHaveBeenCalledWith("/orgs/engines", { replace: true });
});

test("SignOutButton signs out, unless its child's own handler prevents it", () => {
  const fake = new FakeTenantry(signedIn());
  const page = render(
    fake,
    <>
      <SignOutButton />
      <SignOutButton redirectUrl="/bye">
        <button type="button">Leave</button>
      </SignOutButton>
      <SignOutButton>
        <button type="button" onClick={(event) => event.preventDefault()}>
          Stay
        </button>
      </SignOutButton>
    </>,
  );
  for (const button of page.querySelectorAll("button")) button.click();
  expect(page.textContent).toBe("Sign outLeaveStay");
  expect(fake.signOut.mock.calls).toEqual([[{}], [{ redirectUrl: "/bye" }]]);
});
