import type { OrganizationResource, UrlTemplate, UserResource } from "@tenantry/js";
import type { ReactElement, ReactNode, Ref } from "react";
import type { Align, Side } from "../../ui/popover.tsx";
import type { OrganizationProfileOptions } from "../profile/props.ts";
import type { CommonProps } from "../root.tsx";

/** A screen opens in a dialog, or at a page of the product, whose URL must be given then. */
type CreateMode =
  | { createOrganizationMode?: "modal"; createOrganizationUrl?: never }
  | { createOrganizationMode: "navigation"; createOrganizationUrl: string };

type ProfileMode =
  | { organizationProfileMode?: "modal"; organizationProfileUrl?: never }
  | {
      organizationProfileMode: "navigation";
      organizationProfileUrl: UrlTemplate<OrganizationResource>;
    };

/** What a trigger of one's own can show. */
export interface TriggerState {
  organization: OrganizationResource | null;
  user: UserResource;
  isOpen: boolean;
  isSwitching: boolean;
  /** The number of open invitations, suggestions, and requests. */
  pendingCount: number;
}

/** What a trigger of one's own must pass on to its button. */
export interface TriggerAttributes {
  ref: Ref<HTMLButtonElement>;
  "aria-haspopup": "dialog";
  "aria-expanded": boolean;
  "aria-controls": string;
  "aria-label": string;
}

interface SwitcherOptions extends CommonProps {
  /** Leaves out the personal account. It is always left out where the instance requires an organization. */
  hidePersonal?: boolean;
  hideCreate?: boolean;
  hideSlug?: boolean;
  defaultOpen?: boolean;
  open?: boolean;
  onOpenChange?: (isOpen: boolean) => void;
  /** Where to go once the switch is done. `:slug` and `:id` stand for those of the organization. */
  afterSelectOrganizationUrl?: UrlTemplate<OrganizationResource>;
  afterSelectPersonalUrl?: UrlTemplate<UserResource>;
  afterCreateOrganizationUrl?: UrlTemplate<OrganizationResource>;
  /** Where to go when the tab's organization is gone: left, deleted, or removed from by somebody else. */
  afterLeaveOrganizationUrl?: string;
  /** Whether to leave out the invite screen after creating. Defaults to true with one seat only. */
  skipInvitationScreen?: boolean;
  /** Props of the settings in their dialog. */
  organizationProfileProps?: OrganizationProfileOptions & Pick<CommonProps, "appearance">;
  /** Called once the switch is done, with null for the personal account. */
  onSelect?: (organization: OrganizationResource | null) => void;
  /** A button of your own. Spread the attributes over it. */
  trigger?: (state: TriggerState, attributes: TriggerAttributes) => ReactElement;
  side?: Side;
  align?: Align;
  sideOffset?: number;
  /** Shows the panel in the page, without a trigger. */
  asStandalone?: boolean;
  /** `<OrganizationSwitcher.OrganizationProfilePage>` and `…Link` for the settings. */
  children?: ReactNode;
}

export type OrganizationSwitcherProps = SwitcherOptions & CreateMode & ProfileMode;
