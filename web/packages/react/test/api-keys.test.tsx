// @vitest-environment happy-dom
import {
  type ApiKeyResource,
  type CreatedApiKey,
  type OrganizationResource,
  type PermissionResource,
  TenantryError,
} from "@tenantry/js";
import { flushSync } from "react-dom";
import { expect, test, vi } from "vitest";
import { OrganizationProfile } from "../src/components/profile/organization-profile.tsx";
import { answer, FakeTenantry, membership, organization, part, signedIn } from "./fake.ts";
import { eventually, render } from "./render.tsx";

const OWN = ["org:sys_memberships:read", "org:looms:repair"];
const MANAGE = ["org:sys_api_keys:read", "org:sys_api_keys:manage"];
const REPAIR = part<PermissionResource>({ key: "org:looms:repair", name: "Repair looms" });

// happy-dom has no popovers, in which toasts are shown.
HTMLElement.prototype.showPopover = () => {};

function apiKey(values: Partial<ApiKeyResource>): ApiKeyResource {
  return part<ApiKeyResource>({
    id: "apik_1",
    name: "Build server",
    description: null,
    visible: "ak_3f9c0a7d21be",
    permissions: ["org:looms:repair"],
    createdBy: null,
    createdAt: new Date(),
    expiresAt: null,
    lastUsedAt: null,
    revokedAt: null,
    ...values,
  });
}

/** The page of somebody with these permissions, in an organization with this key. */
function show(
  permissions: readonly string[],
  key: ApiKeyResource,
  values: Partial<OrganizationResource> = {},
): HTMLElement {
  const active = organization({
    getApiKeys: async () => answer([key]),
    getPermissions: async () => [REPAIR],
    ...values,
  });
  const own = membership({ organization: active, permissions });
  const fake = new FakeTenantry(signedIn({ organization: active, membership: own }));
  return render(fake, <OrganizationProfile.ApiKeys />);
}

function dialog(): HTMLDialogElement {
  const open = document.querySelector<HTMLDialogElement>("dialog[open]");
  if (!open) throw new Error("No dialog is open.");
  return open;
}

function press(within: HTMLElement, words: string): void {
  const button = [...within.querySelectorAll("button")].find(
    (one) => one.textContent === words && !one.disabled,
  );
  if (!button) throw new Error(`There is no button "${words}" in ${within.textContent}`);
  flushSync(() => button.click());
}

async function open(page: HTMLElement, words: string): Promise<void> {
  await eventually(() => press(page, words));
  await eventually(dialog);
}

function field(label: string): HTMLInputElement {
  const all = [...dialog().querySelectorAll("input")];
  const found = all.find((input) => input.labels?.[0]?.textContent === label);
  if (!found) throw new Error(`There is no field "${label}" in ${dialog().textContent}`);
  return found;
}

function type(label: string, text: string): void {
  const input = field(label);
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(input, text);
  flushSync(() => input.dispatchEvent(new Event("input", { bubbles: true })));
}

test("a key gets what the viewer may give, and its secret is shown once", async () => {
  let finish: (created: CreatedApiKey) => void = () => {};
  const createApiKey = vi.fn<OrganizationResource["createApiKey"]>(
    () =>
      new Promise((resolve) => {
        finish = resolve;
      }),
  );
  const page = show([...OWN, ...MANAGE], apiKey({}), { createApiKey });
  await open(page, "Create API key");
  const boxes = [...dialog().querySelectorAll("fieldset label")];
  expect(boxes.map(({ textContent }) => textContent)).toEqual([
    "Read members",
    "Repair looms",
    "Read API keys",
    "Manage API keys",
  ]);
  type("Name", " Printer ");
  flushSync(() => field("Repair looms").click());
  press(dialog(), "Create API key");
  // The secret of a key that is made is shown, even to who has closed the form meanwhile.
  press(dialog(), "Cancel");
  expect(document.querySelector("dialog")).toBeNull();
  finish({ apiKey: apiKey({ name: "Printer" }), secret: "ak_3f9c0a7d21be_secret" });

  await eventually(() => expect(field("API key").value).toBe("ak_3f9c0a7d21be_secret"));
  const params = { name: "Printer", permissions: ["org:looms:repair"], expiresInDays: 90 };
  expect(createApiKey).toHaveBeenCalledWith(params);
  press(dialog(), "Done");
  expect(document.querySelector("dialog")).toBeNull();
  expect(document.body.innerHTML).not.toContain("_secret");
});

test("a refusal keeps the input, and stands where it belongs", async () => {
  const refusals = [
    { code: "form_param_format_invalid", message: "No HTML.", meta: { paramName: "name" } },
    { code: "quota_exceeded", message: "At most 50.", meta: { limit: 50 } },
  ];
  const createApiKey = vi.fn<OrganizationResource["createApiKey"]>();
  for (const one of refusals) {
    const errors = [{ longMessage: one.message, ...one }];
    createApiKey.mockRejectedValueOnce(new TenantryError({ status: 422, errors }));
  }
  const page = show(MANAGE, apiKey({}), { createApiKey });
  await open(page, "Create API key");
  type("Name", "<b>");
  press(dialog(), "Create API key");
  await eventually(() => expect(field("Name").getAttribute("aria-invalid")).toBe("true"));
  expect(dialog().querySelector("[role=alert]")).toBeNull();

  press(dialog(), "Create API key");
  await eventually(() =>
    expect(dialog().querySelector("[role=alert]")?.textContent).toBe(
      "There can be 50 API keys. Revoke one of them first.",
    ),
  );
  expect(field("Name").value).toBe("<b>");
});

test("a new name leaves the permissions alone, which may be more than the plan shows", async () => {
  const update = vi.fn<ApiKeyResource["update"]>(async () => apiKey({}));
  const page = show([...OWN, ...MANAGE], apiKey({ update }));
  await open(page, "Edit Build server");
  type("Name", "CI");
  press(dialog(), "Save");
  await eventually(() => expect(document.querySelector("dialog")).toBeNull());
  expect(update).toHaveBeenLastCalledWith({ name: "CI", description: null });

  await open(page, "Edit Build server");
  flushSync(() => field("Read members").click());
  press(dialog(), "Save");
  await eventually(() => expect(update).toHaveBeenCalledTimes(2));
  expect(update).toHaveBeenLastCalledWith({
    name: "Build server",
    description: null,
    permissions: ["org:looms:repair", "org:sys_memberships:read"],
  });
});

test("who has less than a key reads why it can't be changed", async () => {
  const page = show(MANAGE, apiKey({}));
  await open(page, "Edit Build server");
  expect(dialog().textContent).toContain("This key has permissions that you don’t have");
  expect(field("Name").readOnly).toBe(true);
  expect(() => press(dialog(), "Save")).toThrow();
});

test.each([
  ["an expired key", MANAGE, { expiresAt: new Date(0) }, "Expired"],
  ["a revoked key", MANAGE, { revokedAt: new Date(0) }, "Revoked"],
  ["who may only read", MANAGE.slice(0, 1), {}, "Never used"],
])("there is nothing to do for %s", async (_, permissions, values, says) => {
  const page = show(permissions, apiKey(values));
  await eventually(() => expect(page.querySelector("table")?.textContent).toContain(says));
  expect(page.querySelector("td button")).toBeNull();
});
