import {
  AcceptInvitation,
  CreateOrganization,
  InviteMembersButton,
  OrganizationList,
  OrganizationProfile,
  OrganizationSwitcher,
  PortalProvider,
  TaskChooseOrganization,
} from "@tenantry/react";
import type { ReactNode } from "react";
import { HOSTILE, LOGO, manyOrganizations, ORGANIZATIONS, PEOPLE } from "./data.ts";
import type { WorldOptions } from "./world.ts";

export interface Scene {
  show: () => ReactNode;
  world?: Partial<WorldOptions>;
  /** The buttons that lead to the state, by their class or their words, and what to type before them. */
  clicks?: readonly (string | { label: string; text: string })[];
  /** What the last button leads to, if it isn't a dialog. */
  shows?: string;
}

const invited = ORGANIZATIONS.slice(1);
const mine = ORGANIZATIONS.slice(0, 1);
const hostileOrganization = { id: "org_hostile", name: HOSTILE, slug: "hostile" };

/** `?props=` holds more props of the switcher and the settings, as JSON. */
const props = JSON.parse(new URLSearchParams(location.search).get("props") ?? "{}");

const switcher = (): ReactNode => <OrganizationSwitcher {...props} />;
const openSwitcher = (): ReactNode => <OrganizationSwitcher defaultOpen {...props} />;
const profile =
  (startPath: string): Scene["show"] =>
  () => <OrganizationProfile routing="virtual" startPath={startPath} {...props} />;
const list = (): ReactNode => <OrganizationList {...props} />;
const task = (): ReactNode => <TaskChooseOrganization redirectUrlComplete="/home" />;
const accept =
  (ticket: string): Scene["show"] =>
  () => <AcceptInvitation ticket={ticket} />;

function showModal(dialog: HTMLDialogElement | null): void {
  if (dialog && !dialog.open) dialog.showModal();
}

/** Every component in every state that it has. */
export const SCENES: Readonly<Record<string, Scene>> = {
  "switcher-loading": { show: switcher, world: { isLoading: true } },
  "switcher-closed": { show: switcher },
  "switcher-badge": { show: switcher, world: { invitedTo: invited, organizations: mine } },
  "switcher-personal": { show: switcher, world: { active: null } },
  "switcher-required": {
    show: switcher,
    world: { active: null, instance: { membershipMode: "required" } },
  },
  "switcher-open": { show: openSwitcher },
  "switcher-member": { show: openSwitcher, world: { role: "org:member", mayCreate: false } },
  "switcher-invited": {
    show: openSwitcher,
    world: {
      organizations: mine,
      invitedTo: invited,
      suggested: [{ ...invited[0], id: "org_s", name: "Royal Society", slug: "royal" }],
    },
  },
  "switcher-declining": {
    show: openSwitcher,
    world: { organizations: mine, invitedTo: invited },
    clicks: ["Decline Difference Lab"],
    shows: ".tn-alert",
  },
  "switcher-many": { show: openSwitcher, world: { organizations: manyOrganizations(300) } },
  "switcher-empty": {
    show: openSwitcher,
    world: {
      organizations: [],
      active: null,
      mayCreate: false,
      instance: { membershipMode: "required" },
    },
  },
  "switcher-failed": {
    show: openSwitcher,
    world: { fails: { setActive: "UNAVAILABLE" } },
    clicks: ["Difference Lab"],
    shows: ".tn-alert",
  },
  "switcher-switching": {
    show: openSwitcher,
    world: { hangs: ["setActive"] },
    clicks: ["Difference Lab"],
    shows: ".tn-row[aria-busy=true]",
  },
  "switcher-retry": {
    show: openSwitcher,
    world: { failsOnce: { setActive: "UNAVAILABLE" } },
    clicks: ["Difference Lab"],
    shows: ".tn-alert",
  },
  "switcher-in-dialog": {
    show: () => (
      <dialog ref={showModal} aria-label="Dialog of the page">
        <OrganizationSwitcher aria-label="Organization" {...props} />
      </dialog>
    ),
  },
  "switcher-in-container": {
    show: () => (
      <>
        <div id="container" />
        <PortalProvider container={() => document.getElementById("container")}>
          <OrganizationSwitcher />
        </PortalProvider>
      </>
    ),
  },
  "switcher-styled": {
    show: () => (
      <OrganizationSwitcher
        defaultOpen
        appearance={{
          variables: {
            colorPrimary: "rgb(200, 0, 80)",
            colorPrimaryForeground: "white",
            colorDanger: "red;} body { display: none",
          },
          elements: { trigger: "own-trigger", rowTitle: { fontStyle: "italic" } },
        }}
      />
    ),
    world: { organizations: mine, invitedTo: invited },
  },
  "switcher-standalone": { show: () => <OrganizationSwitcher asStandalone /> },
  "switcher-hostile": {
    show: openSwitcher,
    world: {
      organizations: [hostileOrganization],
      active: "org_hostile",
      userName: [HOSTILE, HOSTILE],
      userImageUrl: "javascript:alert(3)",
    },
  },
  "profile-loading": { show: profile(""), world: { isLoading: true } },
  "profile-general": { show: profile("") },
  "profile-general-member": { show: profile(""), world: { role: "org:member" } },
  "profile-members": { show: profile("members") },
  "profile-members-loading": { show: profile("members"), world: { hangs: ["getMemberships"] } },
  "profile-members-failed": {
    show: profile("members"),
    world: { fails: { getMemberships: "UNAVAILABLE" } },
  },
  "profile-members-member": { show: profile("members"), world: { role: "org:member" } },
  "profile-invitations": { show: profile("invitations") },
  "profile-invitations-empty": { show: profile("invitations"), world: { invitations: [] } },
  "profile-requests": { show: profile("requests"), world: { requests: PEOPLE.slice(5, 8) } },
  "profile-requests-empty": { show: profile("requests") },
  "profile-domains": { show: profile("domains") },
  "profile-domains-verify": { show: profile("domains"), clicks: ["Verify punched-cards.example"] },
  "profile-api-keys": { show: profile("apiKeys") },
  "profile-api-keys-auditor": { show: profile("apiKeys"), world: { role: "org:auditor" } },
  "profile-api-keys-create": { show: profile("apiKeys"), clicks: ["Create API key"] },
  "profile-api-keys-secret": {
    show: profile("apiKeys"),
    clicks: ["Create API key", { label: "Name", text: "Printer" }, "Create API key"],
    shows: "dialog[open] input[readonly]",
  },
  "profile-api-keys-locked": { show: profile("apiKeys"), clicks: ["Edit Payroll"] },
  "profile-role-refused": {
    show: profile("members"),
    world: { fails: { updateMember: "organization_minimum_permissions_needed" } },
  },
  "profile-activity": { show: profile("activity") },
  "profile-billing": { show: profile("billing"), world: { seats: 20 } },
  "profile-custom": {
    show: () => (
      <OrganizationProfile routing="virtual" startPath="terms">
        <OrganizationProfile.Page label="Terms" url="terms">
          <label>
            Note <input name="note" />
          </label>
        </OrganizationProfile.Page>
        <OrganizationProfile.Link label="Status" url="https://example.com/status" />
      </OrganizationProfile>
    ),
  },
  "profile-hostile": {
    show: () => (
      <OrganizationProfile routing="virtual">
        <OrganizationProfile.Link label={HOSTILE} url="javascript:alert(4)" />
      </OrganizationProfile>
    ),
    world: {
      organizations: [hostileOrganization],
      active: "org_hostile",
      userName: [HOSTILE, HOSTILE],
      instance: { billingUrl: "javascript:alert(5)" },
    },
  },
  "profile-modal": {
    show: openSwitcher,
    clicks: ["Manage"],
  },
  "leave-dialog": { show: profile(""), clicks: ["Leave organization"] },
  "delete-dialog": { show: profile(""), clicks: ["Delete organization"] },
  "remove-dialog": { show: profile("members"), clicks: ["Remove Grace Hopper"] },
  "invite-button": { show: () => <InviteMembersButton /> },
  "invite-dialog": { show: () => <InviteMembersButton />, clicks: ["Invite"] },
  "invite-full": {
    show: () => <InviteMembersButton />,
    world: { seats: 12 },
    clicks: ["Invite"],
  },
  create: { show: () => <CreateOrganization {...props} /> },
  "create-modal": { show: openSwitcher, clicks: ["Create organization"] },
  "create-refused": { show: () => <CreateOrganization {...props} />, world: { mayCreate: false } },
  "create-full": {
    show: () => <CreateOrganization {...props} />,
    world: { fails: { createOrganization: "quota_exceeded" } },
    clicks: ["Create organization"],
    shows: ".tn-alert",
  },
  "create-invite": {
    show: () => <CreateOrganization {...props} />,
    clicks: ["Create organization"],
    shows: ".tn-tokenField",
  },
  list: { show: list, world: { active: null } },
  "list-branded": {
    show: () => (
      <OrganizationList
        appearance={{
          options: {
            density: "compact",
            logoPlacement: "outside",
            helpPageUrl: "/help",
            termsPageUrl: "/terms",
            privacyPageUrl: "/privacy",
          },
        }}
        {...props}
      />
    ),
    world: { active: null, instance: { logoUrl: LOGO, homeUrl: "https://example.com/" } },
  },
  "list-loading": { show: list, world: { isLoading: true } },
  "list-invited": { show: list, world: { organizations: mine, invitedTo: invited } },
  "list-empty": {
    show: list,
    world: { organizations: [], active: null, instance: { membershipMode: "required" } },
  },
  "list-failed": { show: list, world: { fails: { getOrganizationMemberships: "UNAVAILABLE" } } },
  task: {
    show: task,
    world: {
      organizations: mine,
      active: null,
      invitedTo: invited,
      hasTask: true,
      instance: { membershipMode: "required" },
    },
  },
  "task-create": {
    show: task,
    world: {
      organizations: [],
      active: null,
      hasTask: true,
      instance: { membershipMode: "required" },
    },
  },
  "task-nobody": {
    show: task,
    world: {
      organizations: [],
      active: null,
      hasTask: true,
      mayCreate: false,
      instance: { membershipMode: "required" },
    },
  },
  "task-without-task": { show: task },
  accept: { show: accept("good") },
  "accept-signed-out": { show: accept("good"), world: { isSignedOut: true } },
  "accept-wrong-person": {
    show: accept("good"),
    world: { fails: { acceptInvitation: "invitation_for_another_address" } },
    clicks: ["Accept invitation"],
    shows: ".tn-alert",
  },
  "accept-unverified": {
    show: accept("good"),
    world: { fails: { acceptInvitation: "invitation_requires_verified_address" } },
    clicks: ["Accept invitation"],
    shows: ".tn-alert",
  },
  "accept-full": {
    show: accept("good"),
    world: { fails: { acceptInvitation: "organization_membership_quota_exceeded" } },
    clicks: ["Accept invitation"],
    shows: ".tn-alert",
  },
  "accept-expired": { show: accept("expired") },
  "accept-unreadable": { show: accept("unreadable") },
};
