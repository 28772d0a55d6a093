import type { OrganizationResource, UrlTemplate } from "@tenantry/js";
import { type ReactNode, useReducer, useRef, useState } from "react";
import { useLocale } from "../../localization.tsx";
import { Note } from "../../ui/alert.tsx";
import { RowsSkeleton } from "../../ui/skeleton.tsx";
import { InviteForm } from "../invite/form.tsx";
import { type Routing, useRoute } from "../routing.ts";
import { useView } from "../state.ts";
import { CreateForm } from "./form.tsx";

const INVITE = "invite-members";

export interface CreateFlowOptions {
  /** Where to go once the organization is created and active. `:slug` and `:id` stand for its own. */
  afterCreateOrganizationUrl?: UrlTemplate<OrganizationResource> | undefined;
  /** Whether to leave out the invite screen. Defaults to true with one seat only. */
  skipInvitationScreen?: boolean | undefined;
  hideSlug?: boolean | undefined;
}

export interface CreateFlowProps extends CreateFlowOptions, Routing {
  /** Puts the screen below its title. */
  frame: (title: string, screen: ReactNode) => ReactNode;
  /** Called at the end, before the page changes. */
  onDone?: (() => void) | undefined;
  onCancel?: (() => void) | undefined;
}

/** Creates and activates an organization, then invites people to it. */
export function CreateOrganizationFlow(props: CreateFlowProps): ReactNode {
  const { text } = useLocale();
  const { user, isLoaded } = useView("<CreateOrganization>");
  const { inviting, round, goOn, finish } = useSteps(props);

  // The right may be used up as soon as the organization is created, while the form isn't done yet.
  const hasBegun = useRef(false);
  hasBegun.current ||= user?.createOrganizationEnabled === true;

  if (!isLoaded) {
    return props.frame(text.createOrganization.title, <RowsSkeleton label={text.common.loading} />);
  }
  if (inviting) {
    return props.frame(
      text.inviteMembers.title,
      <InviteForm
        organization={inviting}
        secondary={{ label: text.common.skip, onClick: () => finish(inviting) }}
        onDone={() => finish(inviting)}
      />,
    );
  }
  return props.frame(
    text.createOrganization.title,
    user && !hasBegun.current ? (
      <Note>{text.createOrganization.notAllowed}</Note>
    ) : (
      <CreateForm
        key={round}
        hideSlug={props.hideSlug === true}
        onCreated={goOn}
        onCancel={props.onCancel}
      />
    ),
  );
}

interface Steps {
  /** The organization of the invite screen, if that is the one to show. */
  inviting: OrganizationResource | null;
  /** Counts the organizations that are done: each has a form of its own. */
  round: number;
  goOn: (created: OrganizationResource) => void;
  finish: (organization: OrganizationResource) => void;
}

function useSteps(props: CreateFlowProps): Steps {
  const { tenantry, organization, membership } = useView("<CreateOrganization>");
  const route = useRoute({ routing: props.routing ?? "virtual", path: props.path }, "");
  const [created, setCreated] = useState<OrganizationResource>();
  const [round, startRound] = useReducer((count: number) => count + 1, 0);

  const finish = (done: OrganizationResource): void => {
    props.onDone?.();
    const url = props.afterCreateOrganizationUrl;
    if (url !== undefined && tenantry.navigate(tenantry.buildUrl(url, done))) return;
    // Nothing leads away: an empty form takes the place of the one that is done.
    startRound();
    if (route.path === INVITE) route.go("");
  };
  const goOn = (made: OrganizationResource): void => {
    if (props.skipInvitationScreen ?? made.maxAllowedMemberships === 1) finish(made);
    else {
      setCreated(made);
      route.go(INVITE);
    }
  };
  // After a reload, the new organization is that of the tab.
  const mayInvite = membership?.permissions.includes("org:sys_memberships:manage");
  const inviting = created ?? (mayInvite ? organization : null);
  return { inviting: route.path === INVITE ? inviting : null, round, goOn, finish };
}
