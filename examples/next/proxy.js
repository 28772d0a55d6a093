import { tenantryProxy } from "@tenantry/server/next";

export const proxy = tenantryProxy(undefined, { organizationPatterns: ["/orgs/:slug(.*)"] });

// Every page, but no file and no part of Next.js.
export const config = { matcher: ["/((?!_next|api|.*\\..*).*)"] };
