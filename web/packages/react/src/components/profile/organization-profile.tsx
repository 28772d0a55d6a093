import type { FunctionComponent, ReactNode } from "react";
import { type CommonProps, Root } from "../root.tsx";
import { type RootRef, withRef } from "../with-ref.ts";
import { ProfileContent, type ProfileContentProps } from "./content.tsx";
import { OrganizationProfileLink, OrganizationProfilePage } from "./custom.tsx";
import { DangerSection } from "./general/danger.tsx";
import { GeneralPage } from "./general/general.tsx";
import { InvitationsPage } from "./invitations/invitations.tsx";
import {
  ActivitySection,
  ApiKeysSection,
  BillingSection,
  DomainsSection,
  RequestsSection,
} from "./lazy-sections.tsx";
import { MembersPage } from "./members/members.tsx";
import { sectionOf } from "./section.tsx";
import { ProfileSkeleton } from "./skeleton.tsx";

export type OrganizationProfileProps = CommonProps & Omit<ProfileContentProps, "onGone">;

interface Parts {
  Page: typeof OrganizationProfilePage;
  Link: typeof OrganizationProfileLink;
  General: ReturnType<typeof sectionOf>;
  Members: ReturnType<typeof sectionOf>;
  Invitations: ReturnType<typeof sectionOf>;
  Requests: ReturnType<typeof sectionOf>;
  Domains: ReturnType<typeof sectionOf>;
  ApiKeys: ReturnType<typeof sectionOf>;
  Activity: ReturnType<typeof sectionOf>;
  Billing: ReturnType<typeof sectionOf>;
  Danger: ReturnType<typeof sectionOf>;
}

/** The settings of an organization, as a page of its own. */
export const OrganizationProfile: FunctionComponent<OrganizationProfileProps> & Parts =
  Object.assign(
    withRef(function OrganizationProfile(props: OrganizationProfileProps & RootRef): ReactNode {
      const { organization, customPages, startPath, hide, routing, path, children, ...rest } =
        props;
      const { afterLeaveOrganizationUrl, afterDeleteOrganizationUrl, ...common } = rest;
      return (
        <Root {...common} element="profile" skeleton={<ProfileSkeleton />}>
          <ProfileContent
            {...{ organization, customPages, startPath, hide, routing, path }}
            {...{ afterLeaveOrganizationUrl, afterDeleteOrganizationUrl }}
          >
            {children}
          </ProfileContent>
        </Root>
      );
    }),
    {
      Page: OrganizationProfilePage,
      Link: OrganizationProfileLink,
      General: sectionOf(GeneralPage),
      Members: sectionOf(MembersPage, "org:sys_memberships:read"),
      Invitations: sectionOf(InvitationsPage, "org:sys_memberships:manage"),
      Requests: sectionOf(RequestsSection, "org:sys_memberships:manage"),
      Domains: sectionOf(DomainsSection, "org:sys_domains:read"),
      ApiKeys: sectionOf(ApiKeysSection, "org:sys_api_keys:read"),
      Activity: sectionOf(ActivitySection, "org:sys_memberships:read"),
      Billing: sectionOf(BillingSection, "org:sys_billing:read"),
      Danger: sectionOf(DangerSection),
    },
  );
