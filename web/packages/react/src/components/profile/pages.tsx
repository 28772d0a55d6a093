import type { InstanceResource, PermissionKey } from "@tenantry/js";
import type { ReactNode } from "react";
import type { Localization } from "../../locales/types.ts";
import * as icons from "../../ui/icons.tsx";
import { withoutSlashes } from "../routing.ts";
import type { CustomPage, OrganizationProfileOptions, ProfilePageName } from "./props.ts";

/** An entry of the navigation. A link leads away; everything else shows a page. */
export interface Entry {
  path: string;
  label: string;
  icon: ReactNode;
  kind: "built-in" | "custom" | "link";
  content?: ReactNode;
}

interface BuiltIn {
  name: ProfilePageName;
  icon: icons.Shape;
  permission?: PermissionKey;
  isOff?: (instance: InstanceResource | null) => boolean;
}

const BUILT_IN: readonly BuiltIn[] = [
  { name: "general", icon: icons.building },
  { name: "members", icon: icons.members, permission: "org:sys_memberships:read" },
  { name: "invitations", icon: icons.page, permission: "org:sys_memberships:manage" },
  {
    name: "requests",
    icon: icons.person,
    permission: "org:sys_memberships:manage",
    isOff: (instance) => !instance?.domainsEnabled,
  },
  {
    name: "domains",
    icon: icons.domain,
    permission: "org:sys_domains:read",
    isOff: (instance) => !instance?.domainsEnabled,
  },
  { name: "apiKeys", icon: icons.key, permission: "org:sys_api_keys:read" },
  { name: "activity", icon: icons.activity, permission: "org:sys_memberships:read" },
  {
    name: "billing",
    icon: icons.card,
    permission: "org:sys_billing:read",
    isOff: (instance) => !instance?.billingEnabled,
  },
];

export interface EntriesOptions {
  permissions: readonly PermissionKey[];
  instance: InstanceResource | null;
  hide: NonNullable<OrganizationProfileOptions["hide"]>;
  custom: readonly CustomPage[];
  text: Localization["organizationProfile"];
}

/** The pages that the viewer may see, with those of the product among them. */
export function entriesOf({ permissions, instance, hide, custom, text }: EntriesOptions): Entry[] {
  const visible = BUILT_IN.filter(
    ({ name, permission, isOff }) =>
      !(hide as readonly string[]).includes(name) &&
      (!permission || permissions.includes(permission)) &&
      !isOff?.(instance),
  ).map(
    ({ name, icon }): Entry => ({
      path: name,
      label: text[name].title,
      icon: <icons.Icon shape={icon} />,
      kind: "built-in",
    }),
  );
  const named = custom.map((page) => (typeof page === "string" ? page : null));
  const first = visible.filter(({ path }) => !named.some((name) => name === path));
  const rest = custom.flatMap((page): Entry[] =>
    typeof page === "string" ? visible.filter(({ path }) => path === page) : [own(page)],
  );
  return [...first, ...rest];
}

function own(page: Exclude<CustomPage, string>): Entry {
  const { label, url, labelIcon, children } = page;
  const icon = labelIcon ?? <icons.Icon shape={icons.page} />;
  return children === undefined
    ? { path: url, label, icon, kind: "link" }
    : { path: withoutSlashes(url), label, icon, kind: "custom", content: children };
}
