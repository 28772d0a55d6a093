import type { OrganizationResource, UrlTemplate } from "@tenantry/js";
import { type ReactNode, useRef, useState } from "react";
import { useLocale } from "../../localization.tsx";
import { Note } from "../../ui/alert.tsx";
import { RowsSkeleton } from "../../ui/skeleton.tsx";
import { InviteForm } from "../invite/form.tsx";
import { useView } from "../state.ts";
import { CreateForm } from "./form.tsx";

export interface CreateFlowOptions {
  /** Where to go once the organization is created and active. `:slug` and `:id` stand for its own. */
  afterCreateOrganizationUrl?: UrlTemplate<OrganizationResource> | undefined;
  /** Whether to leave out the invite screen. Defaults to true with one seat only. */
  skipInvitationScreen?: boolean | undefined;
  hideSlug?: boolean | undefined;
}

export interface CreateFlowProps extends CreateFlowOptions {
  /** Puts the screen below its title. */
  frame: (title: string, screen: ReactNode) => ReactNode;
  /** Called at the end, before the page changes. */
  onDone?: (() => void) | undefined;
  onCancel?: (() => void) | undefined;
}

/** Creates and activates an organization, then invites people to it. */
export function CreateOrganizationFlow(props: CreateFlowProps): ReactNode {
  const { text } = useLocale();
  const { tenantry, user, isLoaded } = useView("<CreateOrganization>");
  const [created, setCreated] = useState<OrganizationResource>();

  // The right may be used up as soon as the organization is created, while the form isn't done yet.
  const hasBegun = useRef(false);
  hasBegun.current ||= user?.createOrganizationEnabled === true;

  const finish = (organization: OrganizationResource): void => {
    props.onDone?.();
    const url = props.afterCreateOrganizationUrl;
    if (url !== undefined) tenantry.navigate(tenantry.buildUrl(url, organization));
  };
  const goOn = (organization: OrganizationResource): void => {
    const skips = props.skipInvitationScreen ?? organization.maxAllowedMemberships === 1;
    if (skips) finish(organization);
    else setCreated(organization);
  };

  if (!isLoaded) {
    return props.frame(text.createOrganization.title, <RowsSkeleton label={text.common.loading} />);
  }
  if (created) {
    return props.frame(
      text.inviteMembers.title,
      <InviteForm
        organization={created}
        secondary={{ label: text.common.skip, onClick: () => finish(created) }}
        onDone={() => finish(created)}
      />,
    );
  }
  return props.frame(
    text.createOrganization.title,
    user && !hasBegun.current ? (
      <Note>{text.createOrganization.notAllowed}</Note>
    ) : (
      <CreateForm hideSlug={props.hideSlug === true} onCreated={goOn} onCancel={props.onCancel} />
    ),
  );
}
