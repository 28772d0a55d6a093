import { tenantryProxy } from "@tenantry/server/next";

export const proxy = tenantryProxy(undefined, { organizationPatterns: ["/orgs/:slug(.*)"] });

// Everything but routes of the API and parts of Next.js.
export const config = { matcher: ["/((?!_next/|api/).*)"] };
