// @vitest-environment happy-dom
import { type ReactNode, StrictMode, Suspense, use } from "react";
import { hydrateRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { expect, test, vi } from "vitest";
import {
  CreateOrganization,
  Show,
  TenantryProvider,
  useAuth,
  useOrganization,
  useOrganizationList,
} from "../src/index.ts";
import { FakeTenantry, LOADING, membership, organization, pagesOf, signedIn } from "./fake.ts";
import { eventually } from "./render.tsx";

function Page(): ReactNode {
  const { isLoaded, orgId } = useAuth();
  const { organization, memberships } = useOrganization({ memberships: true });
  return (
    <p>
      {JSON.stringify({ isLoaded, orgId, name: organization?.name })}
      <Show when={{ role: "org:admin" }} fallback="member">
        admin
      </Show>
      {memberships.isLoading ? "loading" : memberships.data.map(({ id }) => id)}
    </p>
  );
}

function inside(fake: FakeTenantry, children: ReactNode): ReactNode {
  return <TenantryProvider tenantry={fake.tenantry}>{children}</TenantryProvider>;
}

const loaded = () => {
  const getMemberships = pagesOf(() => [membership()]);
  return { getMemberships, state: signedIn({ organization: organization({ getMemberships }) }) };
};

test("a server that knows nothing renders the loading page, and asks for nothing", () => {
  const fake = new FakeTenantry(LOADING);
  const html = renderToString(inside(fake, <Page />));
  expect(html).toContain("&quot;isLoaded&quot;:false");
  expect(html).not.toContain("member<");
  expect(fake.load).not.toHaveBeenCalled();
});

test("a server that knows the organization renders its name, and no list", () => {
  const { state, getMemberships } = loaded();
  const html = renderToString(inside(new FakeTenantry({ ...state, status: "loading" }), <Page />));
  expect(html).toContain("Engines");
  expect(html).toContain("admin");
  expect(html).toContain("loading");
  expect(getMemberships).not.toHaveBeenCalled();
});

test("a server leaves what depends on the device to the browser", () => {
  const html = renderToString(inside(new FakeTenantry(signedIn()), <CreateOrganization />));
  expect(html).toContain("tn-skeleton");
  expect(html).not.toContain("<form");
});

test("the first render of the client equals the server's, and follows from there", async () => {
  const { state } = loaded();
  const initial = { ...state, status: "loading" } as const;
  const element = document.body.appendChild(document.createElement("div"));
  element.innerHTML = renderToString(
    <StrictMode>{inside(new FakeTenantry(initial), <Page />)}</StrictMode>,
  );
  const errors: unknown[] = [];
  vi.spyOn(console, "error").mockImplementation((...args) => errors.push(args));

  const fake = new FakeTenantry(initial);
  const root = hydrateRoot(element, <StrictMode>{inside(fake, <Page />)}</StrictMode>, {
    onRecoverableError: (error) => errors.push(error),
  });
  await eventually(() => expect(fake.load).toHaveBeenCalled());
  fake.set({
    status: "ready",
    organization: organization({ ...state.organization, name: "Renamed" }),
  });
  await eventually(() => expect(element.textContent).toContain("Renamed"));
  await eventually(() => expect(element.textContent).toContain("orgmem_ada"));
  expect(errors).toEqual([]);
  root.unmount();
  vi.restoreAllMocks();
});

test("a part that hydrates late equals the server's, although its list is cached by then", async () => {
  const { state } = loaded();
  const initial = { ...state, status: "loading" } as const;
  let wait: Promise<void> | null = null;
  function Late(): ReactNode {
    if (wait) use(wait);
    const { userMemberships } = useOrganizationList({ userMemberships: true });
    return <Rows isLoading={userMemberships.isLoading} />;
  }
  function Rows({ isLoading }: { isLoading: boolean }): ReactNode {
    const { memberships } = useOrganization({ memberships: true });
    return <i>{isLoading || memberships.isLoading ? "late loading" : "late rows"}</i>;
  }
  const tree = (fake: FakeTenantry) =>
    inside(
      fake,
      <>
        <Page />
        <Suspense fallback="waiting">
          <Late />
        </Suspense>
      </>,
    );
  const user = { ...state.user, getOrganizationMemberships: pagesOf(() => []) } as never;
  const element = document.body.appendChild(document.createElement("div"));
  element.innerHTML = renderToString(tree(new FakeTenantry({ ...initial, user })));
  expect(element.textContent).toContain("late loading");

  const errors: unknown[] = [];
  let resolve = () => {};
  wait = new Promise<void>((done) => {
    resolve = done;
  });
  const fake = new FakeTenantry({ ...initial, user });
  const root = hydrateRoot(element, tree(fake), {
    onRecoverableError: (error) => errors.push(error),
  });
  await eventually(() => expect(element.textContent).toContain("orgmem_ada"));
  expect(element.textContent).toContain("late loading");
  resolve();
  await eventually(() => expect(element.textContent).toContain("late rows"));
  expect(errors).toEqual([]);
  root.unmount();
});
