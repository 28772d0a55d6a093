"use client";

import { useAuth, useOrganization } from "@tenantry/react";

export function Organization() {
  const { isSignedIn } = useAuth();
  const { organization } = useOrganization();
  if (!isSignedIn) return <p>You are signed out.</p>;
  return <p>You work in {organization?.name ?? "your own account"}.</p>;
}
