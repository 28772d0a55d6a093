"use client";

import { TenantryProvider } from "@tenantry/react";

/** Your identity provider answers with the token of the person who is signed in, or with null. */
async function getIdentityToken() {
  const answer = await fetch("/api/identity-token", { method: "POST" });
  const { token } = await answer.json();
  return token;
}

export function Providers({ url, initialState, children }) {
  return (
    <TenantryProvider
      url={url}
      getIdentityToken={getIdentityToken}
      initialState={initialState}
      organizationFromUrl={{ organizationPatterns: ["/orgs/:slug", "/orgs/:slug/(.*)"] }}
      sessionCookie
    >
      {children}
    </TenantryProvider>
  );
}
