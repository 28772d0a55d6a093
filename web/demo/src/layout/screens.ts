/** The screens in the order in which a newcomer walks through them. */
export const SCREENS = [
  { path: "/", label: "Who are you?" },
  { path: "/custom", label: "Custom flow" },
  { path: "/prebuilt", label: "Prebuilt components" },
  { path: "/orgs", label: "Slug routes" },
  { path: "/permissions", label: "Permissions" },
  { path: "/task", label: "Choose an organization" },
  { path: "/mailbox", label: "Mailbox" },
  { path: "/live", label: "Live" },
] as const;

/** Pages outside of this application. */
export const PAGES = [
  { href: "/demo/plain/", label: "Without React" },
  { href: "/demo/gallery/", label: "Component gallery" },
  { href: "/graphql", label: "GraphiQL" },
] as const;
