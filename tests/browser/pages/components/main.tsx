/** A page of components: `?as=` names the person, `?show=` the components, and `?props=` their props as JSON. */
import {
  AcceptInvitation,
  CreateOrganization,
  InviteMembersButton,
  OrganizationList,
  OrganizationProfile,
  OrganizationSwitcher,
  TaskChooseOrganization,
  TenantryProvider,
  useTenantry,
} from "@tenantry/react";
import * as Radix from "@radix-ui/react-dialog";
import { type ComponentType, StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import "@tenantry/react/styles.css";

const search = new URLSearchParams(location.search);
const props = JSON.parse(search.get("props") ?? "{}");

/** A switcher in a modal dialog of another library, which keeps the focus and the clicks inside. */
function RadixDialog() {
  const [content, setContent] = useState<HTMLElement | null>(null);
  return (
    <Radix.Root defaultOpen>
      <Radix.Portal>
        <Radix.Content ref={setContent} aria-describedby={undefined}>
          <Radix.Title>Settings</Radix.Title>
          <OrganizationSwitcher container={content} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

// The props come from the tests, which know what a component takes.
// biome-ignore lint/suspicious/noExplicitAny: see above
const components: Record<string, ComponentType<any>> = {
  accept: AcceptInvitation,
  create: CreateOrganization,
  invite: InviteMembersButton,
  list: OrganizationList,
  profile: OrganizationProfile,
  radix: RadixDialog,
  switcher: OrganizationSwitcher,
  task: TaskChooseOrganization,
};

async function getIdentityToken(): Promise<string | null> {
  const email = search.get("as");
  if (email === null) return null;
  const response = await fetch("/dev/identity-token", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email }),
  });
  const { token } = await response.json();
  return token;
}

/** Gives the tests what a product's own code has. */
function Probe() {
  Object.assign(window, { tenantry: useTenantry() });
  return null;
}

/** The root element of the component. */
function keep(root: Element | null): void {
  Object.assign(window, { root });
}

const went: string[] = [];
Object.assign(window, { went });

createRoot(document.getElementById("root") ?? document.body).render(
  <StrictMode>
    <TenantryProvider
      url={location.origin}
      getIdentityToken={() => getIdentityToken()}
      routerPush={(to) => went.push(to)}
    >
      <Probe />
      {(search.get("show") ?? "").split(",").map((name) => {
        const Shown = components[name];
        return Shown ? <Shown key={name} ref={keep} {...props} /> : null;
      })}
    </TenantryProvider>
  </StrictMode>,
);
