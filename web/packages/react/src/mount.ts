"use client";

import type { Tenantry } from "@tenantry/js";
import { type ComponentType, createElement } from "react";
import { createRoot, type Root } from "react-dom/client";
import type { Appearance } from "./appearance/types.ts";
import {
  AcceptInvitation,
  type AcceptInvitationProps,
} from "./components/accept/accept-invitation.tsx";
import {
  CreateOrganization,
  type CreateOrganizationProps,
} from "./components/create/create-organization.tsx";
import {
  InviteMembersButton,
  type InviteMembersButtonProps,
} from "./components/invite/invite-members-button.tsx";
import {
  OrganizationList,
  type OrganizationListProps,
} from "./components/list/organization-list.tsx";
import {
  OrganizationProfile,
  type OrganizationProfileProps,
} from "./components/profile/organization-profile.tsx";
import { TenantryProvider } from "./components/provider.tsx";
import { OrganizationSwitcher } from "./components/switcher/organization-switcher.tsx";
import type { OrganizationSwitcherProps } from "./components/switcher/props.ts";
import {
  TaskChooseOrganization,
  type TaskChooseOrganizationProps,
} from "./components/task/task-choose-organization.tsx";
import type { PartialLocalization } from "./locales/types.ts";

/** The look and the language of everything that is mounted. */
export interface MountOptions {
  readonly appearance?: Appearance;
  readonly localization?: PartialLocalization;
  readonly nonce?: string;
}

type Mount<Props> = (
  node: Element,
  ...props: Partial<Props> extends Props ? [props?: Props] : [props: Props]
) => void;

/** Puts the components into pages that don't use React. Mounting again changes the props. */
export interface Mounter {
  readonly mountOrganizationSwitcher: Mount<OrganizationSwitcherProps>;
  readonly unmountOrganizationSwitcher: (node: Element) => void;
  readonly mountOrganizationProfile: Mount<OrganizationProfileProps>;
  readonly unmountOrganizationProfile: (node: Element) => void;
  readonly mountCreateOrganization: Mount<CreateOrganizationProps>;
  readonly unmountCreateOrganization: (node: Element) => void;
  readonly mountOrganizationList: Mount<OrganizationListProps>;
  readonly unmountOrganizationList: (node: Element) => void;
  readonly mountTaskChooseOrganization: Mount<TaskChooseOrganizationProps>;
  readonly unmountTaskChooseOrganization: (node: Element) => void;
  readonly mountInviteMembersButton: Mount<InviteMembersButtonProps>;
  readonly unmountInviteMembersButton: (node: Element) => void;
  readonly mountAcceptInvitation: Mount<AcceptInvitationProps>;
  readonly unmountAcceptInvitation: (node: Element) => void;
}

export function createMounter(tenantry: Tenantry, options: MountOptions = {}): Mounter {
  const roots = new WeakMap<Element, Root>();
  const mount = <Props extends object>(component: ComponentType<Props>) => {
    return (node: Element, props?: Props): void => {
      const root = roots.get(node) ?? createRoot(node);
      roots.set(node, root);
      // Left out only where no prop is required.
      const element = createElement(component, props ?? ({} as Props));
      root.render(createElement(TenantryProvider, { ...options, tenantry }, element));
    };
  };
  const unmount = (node: Element): void => {
    roots.get(node)?.unmount();
    roots.delete(node);
  };
  return {
    mountOrganizationSwitcher: mount(OrganizationSwitcher),
    unmountOrganizationSwitcher: unmount,
    mountOrganizationProfile: mount(OrganizationProfile),
    unmountOrganizationProfile: unmount,
    mountCreateOrganization: mount(CreateOrganization),
    unmountCreateOrganization: unmount,
    mountOrganizationList: mount(OrganizationList),
    unmountOrganizationList: unmount,
    mountTaskChooseOrganization: mount(TaskChooseOrganization),
    unmountTaskChooseOrganization: unmount,
    mountInviteMembersButton: mount(InviteMembersButton),
    unmountInviteMembersButton: unmount,
    mountAcceptInvitation: mount(AcceptInvitation),
    unmountAcceptInvitation: unmount,
  };
}
