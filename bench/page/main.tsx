/** What `python -m bench.browser` measures: `?as=` names the person, and `?show=` what is shown. */
import "./start.ts";
import "@tenantry/react/styles.css";
import {
  OrganizationSwitcher,
  type Tenantry,
  TenantryProvider,
  useAuth,
  useOrganization,
  useOrganizationList,
  useTenantry,
} from "@tenantry/react";
import { type ReactNode, useEffect } from "react";
import { createRoot } from "react-dom/client";

declare global {
  interface Window {
    tenantry: Tenantry;
    /** How often the consumers have rendered. */
    renders: number;
    /** The layout shifts since the start, and the longest wait for the frame after an input. */
    shifts: number;
    longest: number;
    painted: (selector: string, text: string) => Promise<number>;
    rowsPainted: (count: number) => Promise<number>;
  }
}

const search = new URLSearchParams(location.search);
const shown = (search.get("show") ?? "").split(",");
Object.assign(window, { renders: 0, shifts: 0, longest: 0 });

/** The time of the frame in which a condition holds, in milliseconds since 1970. */
function framed(holds: () => boolean): Promise<number> {
  return new Promise((resolve) => {
    const look = () => {
      if (!holds()) return;
      observer.disconnect();
      requestAnimationFrame(() => {
        // Runs after the frame.
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(performance.timeOrigin + performance.now());
        port2.postMessage(null);
      });
    };
    const observer = new MutationObserver(look);
    observer.observe(document, { childList: true, subtree: true, characterData: true });
    look();
  });
}

window.painted = (selector, text) =>
  framed(() => document.querySelector(selector)?.textContent?.includes(text) ?? false);
window.rowsPainted = (count) =>
  framed(() => document.querySelectorAll("tbody tr").length === count);

new PerformanceObserver((list) => {
  for (const one of list.getEntries()) window.shifts += (one as LayoutShift).value;
}).observe({ type: "layout-shift", buffered: true });
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) window.longest = Math.max(window.longest, duration);
}).observe({ type: "event", durationThreshold: 16 } as PerformanceObserverInit);

interface LayoutShift extends PerformanceEntry {
  readonly value: number;
}

async function getIdentityToken(): Promise<string | null> {
  const response = await fetch("/dev/identity-token", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: search.get("as") }),
  });
  const { token } = await response.json();
  return token;
}

function Current(): ReactNode {
  const { isLoaded } = useAuth();
  const { organization } = useOrganization();
  window.tenantry = useTenantry();
  useEffect(() => {
    if (isLoaded) performance.mark("loaded");
  }, [isLoaded]);
  // Its place is kept, so that nothing below moves.
  return <h1 style={{ minHeight: "2em" }}>{organization?.name}</h1>;
}

function Consumer(): ReactNode {
  const { orgId, has } = useAuth();
  const { organization } = useOrganization();
  useEffect(() => {
    window.renders += 1;
  });
  return <p>{`${orgId} ${organization?.name} ${has({ permission: "org:sys_profile:manage" })}`}</p>;
}

function Table(): ReactNode {
  const { memberships } = useOrganization({ memberships: { pageSize: 100 } });
  return (
    <table>
      <tbody>
        {memberships.data.map(({ id, publicUserData, roleName, createdAt }) => (
          <tr key={id}>
            <td>{publicUserData.identifier}</td>
            <td>{roleName}</td>
            <td>{createdAt.toISOString()}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Mine(): ReactNode {
  const { userMemberships } = useOrganizationList({ userMemberships: { pageSize: 100 } });
  return (
    <table>
      <tbody>
        {userMemberships.data.map(({ id, organization }) => (
          <tr key={id}>
            <td>{organization.name}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const parts: Record<string, ReactNode> = {
  switcher: <OrganizationSwitcher />,
  consumers: Array.from({ length: 30 }, (_, index) => <Consumer key={`${index}`} />),
  table: <Table />,
  mine: <Mine />,
};

createRoot(document.getElementById("root") ?? document.body).render(
  <TenantryProvider url={location.origin} getIdentityToken={() => getIdentityToken()}>
    <Current />
    {shown.map((name) => (
      <div key={name}>{parts[name]}</div>
    ))}
  </TenantryProvider>,
);
