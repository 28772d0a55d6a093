// A page that shows the state of `@tenantry/js` and lets a test call it.
import * as js from "@tenantry/js";

interface Start extends Partial<js.TenantryOptions> {
  /** Who is signed in at the identity provider; null for nobody. */
  email: string | null;
}

declare global {
  interface Window {
    tenantry: js.Tenantry;
    /** Who is signed in at the identity provider. A test can change it. */
    email: string | null;
    /** Whether the identity provider is away. */
    isProviderAway: boolean;
    signOuts: number;
    /** Each snapshot, in order. */
    states: js.TenantryState[];
    events: unknown[];
    start(options: Start): Promise<void>;
    create(options: Start): js.Tenantry;
  }
}

async function getIdentityToken(): Promise<string | null> {
  if (window.isProviderAway) throw new Error("The identity provider is away.");
  if (window.email === null) return null;
  const answer = await fetch("/dev/identity-token", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: window.email }),
  });
  return (await answer.json()).token;
}

function show({ status, user, organization }: js.TenantryState): void {
  const write = (id: string, text: string) => {
    const node = document.getElementById(id);
    if (node && node.textContent !== text) node.textContent = text;
  };
  write("status", status);
  write("person", user?.identifier ?? "nobody");
  write("organization", organization?.name ?? "none");
}

window.signOuts = 0;
window.states = [];
window.events = [];

window.create = ({ email, ...options }) => {
  window.email = email;
  window.tenantry = js.createTenantry({
    url: location.origin,
    getIdentityToken,
    onSignOut: () => {
      window.signOuts += 1;
    },
    ...options,
  });
  window.tenantry.addListener((state) => {
    window.states.push(state);
    show(state);
  });
  for (const name of ["event", "invalidate", "organizationLeft", "organization", "signedOut"] as const) {
    window.tenantry.on(name, (value) => window.events.push({ name, value }));
  }
  return window.tenantry;
};

window.start = async (options) => {
  await window.create(options).load();
};
