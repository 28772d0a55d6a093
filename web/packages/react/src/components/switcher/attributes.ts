import type { HTMLAttributes } from "react";
import type { RootRef } from "../with-ref.ts";
import type { OrganizationSwitcherProps } from "./props.ts";

type OwnName<Props> = Props extends unknown
  ? Exclude<keyof Props, keyof HTMLAttributes<HTMLDivElement>>
  : never;

const OPTIONS: Record<OwnName<OrganizationSwitcherProps & RootRef>, true> = {
  appearance: true,
  localization: true,
  fallback: true,
  container: true,
  ref: true,
  rootRef: true,
  hidePersonal: true,
  hideCreate: true,
  hideSlug: true,
  defaultOpen: true,
  open: true,
  onOpenChange: true,
  afterSelectOrganizationUrl: true,
  afterSelectPersonalUrl: true,
  afterCreateOrganizationUrl: true,
  afterLeaveOrganizationUrl: true,
  skipInvitationScreen: true,
  organizationProfileProps: true,
  trigger: true,
  side: true,
  align: true,
  sideOffset: true,
  asStandalone: true,
  createOrganizationMode: true,
  createOrganizationUrl: true,
  organizationProfileMode: true,
  organizationProfileUrl: true,
};

/** The attributes for the root element: all props that are no options. */
export function attributesOf(props: OrganizationSwitcherProps): HTMLAttributes<HTMLDivElement> {
  const { children, onSelect, ...rest } = props;
  return Object.fromEntries(Object.entries(rest).filter(([name]) => !(name in OPTIONS)));
}
