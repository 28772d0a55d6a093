import { TenantryProvider } from "@tenantry/react";
import type { ReactNode } from "react";
import { navigate } from "wouter/use-browser-location";
import { fetchIdentityToken } from "./identity.ts";
import { storageOf } from "./storage.ts";

interface ConnectionProps {
  email: string | null;
  onSignOut?: () => void;
  /** Keeps the organization of a frame apart from that of the tab. */
  frame?: string;
  children: ReactNode;
}

/** Connects the page to the instance, as one person. */
export function Connection({ email, onSignOut, frame, children }: ConnectionProps): ReactNode {
  return (
    <TenantryProvider
      url={location.origin}
      getIdentityToken={() => fetchIdentityToken(email)}
      onSignOut={() => onSignOut?.()}
      taskUrls={{ "choose-organization": "/demo/task" }}
      signInUrl="/demo/"
      routerPush={(to) => navigate(to)}
      routerReplace={(to) => navigate(to, { replace: true })}
      storage={storageOf(email, frame)}
    >
      {children}
    </TenantryProvider>
  );
}
