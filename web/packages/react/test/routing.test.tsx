// @vitest-environment happy-dom
import type { UserResource } from "@tenantry/js";
import { flushSync } from "react-dom";
import { expect, onTestFinished, test } from "vitest";
import { CreateOrganization } from "../src/components/create/create-organization.tsx";
import { OrganizationProfile } from "../src/components/profile/organization-profile.tsx";
import { useRoute } from "../src/components/routing.ts";
import { FakeTenantry, part, signedIn } from "./fake.ts";
import { eventually, render, renderHook } from "./render.tsx";

function visit(address: string): void {
  history.replaceState(null, "", address);
  onTestFinished(() => history.replaceState(null, "", "/"));
}

test.each([
  ["/größe/über uns", { routing: "path", path: "/größe" }],
  ["/gr%C3%B6%C3%9Fe/%C3%BCber%20uns", { routing: "path", path: "/gr%C3%B6%C3%9Fe/" }],
  ["/#/über uns", { routing: "hash" }],
] as const)("%s shows the page that it names", (address, routing) => {
  visit(address);
  const route = renderHook(new FakeTenantry(signedIn()), () => useRoute(routing, "general"));
  expect(route.current.path).toBe("über uns");
});

test.each([
  ["/settings/%ff", "%ff"],
  ["/settings-of-mine", "general"],
])("the address %s leads to the page %s", (address, expected) => {
  visit(address);
  const routing = { routing: "path", path: "/settings" } as const;
  const route = renderHook(new FakeTenantry(signedIn()), () => useRoute(routing, "general"));
  expect(route.current.path).toBe(expected);
});

// What says that an organization is there is a popover, which happy-dom doesn't have.
Object.assign(HTMLElement.prototype, { showPopover: () => {}, hidePopover: () => {} });

const NAME = "input[data-autofocus]";

async function create(page: HTMLElement, name: string): Promise<HTMLInputElement> {
  const field = await eventually(() => {
    const found = page.querySelector<HTMLInputElement>(NAME);
    if (!found) throw new Error("The form isn't there.");
    return found;
  });
  flushSync(() => {
    // React keeps the value that it has set itself, so that only the platform's own setter tells it of another one.
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(field, name);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  page.querySelector("form")?.requestSubmit();
  return field;
}

const person = part<UserResource>({
  id: "user_ada",
  createOrganizationEnabled: true,
  getOrganizationCreationDefaults: () => new Promise(() => {}),
});

test.each([
  ["nowhere", {}],
  ["to a page that isn't allowed", { afterCreateOrganizationUrl: "https://elsewhere.example/" }],
])(
  "a form that leads %s is empty again, and what the page itself has behind the # stays",
  async (_, props) => {
    visit("/#pricing");
    const fake = new FakeTenantry(signedIn({ user: person }));
    Object.assign(fake, { buildUrl: (url: string) => url });
    fake.navigate.mockReturnValue(false);
    const page = render(fake, <CreateOrganization skipInvitationScreen {...props} />);
    const field = await create(page, "Looms");
    await eventually(() => expect(page.querySelector(NAME)).not.toBe(field));
    expect(page.querySelector<HTMLInputElement>(NAME)?.value).toBe("");
    expect(location.hash).toBe("#pricing");
  },
);

test("the form stays as it is until the router shows the invite screen", async () => {
  const fake = new FakeTenantry(signedIn({ user: person }));
  const page = render(fake, <CreateOrganization routing="path" path="/new" />);
  const field = await create(page, "Looms");
  await eventually(() => expect(fake.navigate).toHaveBeenCalledWith("/new/invite-members"));
  await eventually(() => expect(page.querySelector("[aria-busy=true]")).toBeNull());
  expect(page.querySelector(NAME)).toBe(field);
  expect(field.value).toBe("Looms");
});

test.each([
  ["/#pricing", "hash"],
  ["/#/terms/", "hash"],
  ["/settings", "path"],
  ["/settings/terms/", "path"],
] as const)("at %s, the settings show the page that is asked for", async (address, routing) => {
  visit(address);
  const terms = { label: "Terms", url: "/terms/", children: "Our terms" };
  const props = { routing, path: "/settings", customPages: [terms] };
  const page = render(
    new FakeTenantry(signedIn({ user: person })),
    <OrganizationProfile startPath={address.includes("terms") ? "members" : "/terms"} {...props} />,
  );
  await eventually(() => expect(page.querySelector(".tn-page")).not.toBeNull());
  expect(page.querySelector(".tn-page")?.textContent).toBe("Our terms");
});
