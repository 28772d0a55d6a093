/** A page of hooks: `?as=` names the person, `?show=` the scenarios, and `?list=` the parameter of a list. */
import { TenantryProvider } from "@tenantry/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { scenarios } from "./scenarios.tsx";

const search = new URLSearchParams(location.search);

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

function Page() {
  const shown = (search.get("show") ?? "").split(",");
  return (
    <TenantryProvider
      url={location.origin}
      getIdentityToken={() => getIdentityToken()}
      routerPush={(to) => history.pushState(null, "", to)}
      signInUrl="/sign-in"
      taskUrls={{ "choose-organization": "/tasks" }}
    >
      {shown.map((name) => {
        const Scenario = scenarios[name];
        return Scenario ? <Scenario key={name} /> : null;
      })}
    </TenantryProvider>
  );
}

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Page />
    </StrictMode>,
  );
}
