import type { OrganizationMembershipResource, OrganizationResource } from "@tenantry/js";
import { type ReactNode, Suspense, useEffect, useLayoutEffect, useRef } from "react";
import { useElement } from "../../appearance/context.tsx";
import { useOrganization } from "../../hooks/useOrganization.ts";
import { useLocale } from "../../localization.tsx";
import { Avatar } from "../../ui/avatar.tsx";
import { pageUrl } from "../../ui/urls.ts";
import { type Routing, useRoute, withoutSlashes } from "../routing.ts";
import { useView, warnOnce } from "../state.ts";
import { customPages } from "./custom.tsx";
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
import { type Entry, entriesOf } from "./pages.tsx";
import type { OrganizationProfileOptions } from "./props.ts";
import { ProfileSkeleton, SectionSkeleton } from "./skeleton.tsx";

export type ProfileContentProps = OrganizationProfileOptions &
  Routing & {
    /** Called when the organization that was shown is gone for the user. */
    onGone?: (() => void) | undefined;
    children?: ReactNode;
  };

/** The settings of an organization: its pages, and the way between them. */
export function ProfileContent(props: ProfileContentProps): ReactNode {
  const { tenantry, user } = useView("<OrganizationProfile>");
  const { isLoaded, organization, membership } = useOrganization(
    props.organization === undefined ? undefined : { organization: props.organization },
  );
  const { afterLeaveOrganizationUrl: left, afterDeleteOrganizationUrl: deleted, onGone } = props;

  const shownId = useRef<string>(undefined);
  if (organization) shownId.current = organization.id;

  useEffect(
    () =>
      tenantry.on("organizationLeft", ({ organizationId, reason }) => {
        if (organizationId !== shownId.current) return;
        onGone?.();
        const url = reason === "deleted" ? (deleted ?? left) : left;
        if (url) tenantry.navigate(url);
      }),
    [tenantry, left, deleted, onGone],
  );

  if (!isLoaded) return <ProfileSkeleton />;
  if (!organization || !membership) {
    warnOnce(
      `<OrganizationProfile> shows nothing because ${user ? "no organization is active" : "nobody is signed in"}.`,
    );
    return null;
  }
  return <Pages {...props} organization={organization} membership={membership} />;
}

type PagesProps = Omit<ProfileContentProps, "organization"> & {
  organization: OrganizationResource;
  membership: OrganizationMembershipResource;
};

function Pages(props: PagesProps): ReactNode {
  const { organization, membership } = props;
  const element = useElement();
  const { text } = useLocale();
  const { instance } = useView("<OrganizationProfile>");
  const entries = entriesOf({
    permissions: membership.permissions,
    instance,
    hide: props.hide ?? [],
    custom: [...(props.customPages ?? []), ...customPages(props.children)],
    text: text.organizationProfile,
  });
  const startPath = withoutSlashes(props.startPath ?? "");
  const route = useRoute(props, startPath);
  const pages = entries.filter(({ kind }) => kind !== "link");
  const pageAt = (at: string): Entry | undefined => pages.find(({ path }) => path === at);
  // The page around it may have addresses of its own.
  const current = pageAt(route.path) ?? pageAt(startPath) ?? pages[0];
  return (
    <div {...element("profileLayout")}>
      <Navigation {...{ organization, entries, current }} go={route.go} />
      <section {...element("page")} aria-label={current?.label}>
        <Suspense fallback={<SectionSkeleton />}>
          {current?.kind === "custom"
            ? current.content
            : pageOf(current?.path, organization, membership)}
        </Suspense>
      </section>
    </div>
  );
}

interface NavigationProps {
  organization: OrganizationResource;
  entries: readonly Entry[];
  current: Entry | undefined;
  go: (path: string) => void;
}

function Navigation({ organization, entries, current, go }: NavigationProps): ReactNode {
  const element = useElement();
  const { text } = useLocale();
  return (
    <nav {...element("navigation")} aria-label={text.organizationProfile.pages}>
      <div {...element("navigationTitle")}>
        <Avatar size="small" name={organization.name} imageUrl={organization.imageUrl} />
        {organization.name}
      </div>
      <div {...element("navigationItems")}>
        {entries.map((entry) => (
          <NavigationItem key={entry.path} entry={entry} isCurrent={entry === current} go={go} />
        ))}
      </div>
    </nav>
  );
}

function NavigationItem(props: {
  entry: Entry;
  isCurrent: boolean;
  go: (path: string) => void;
}): ReactNode {
  const { entry, isCurrent, go } = props;
  const element = useElement();
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    if (isCurrent && button.current) showInRow(button.current);
  }, [isCurrent]);
  if (entry.kind === "link") {
    return (
      <a {...element("navigationItem")} href={pageUrl(entry.path)}>
        {entry.icon}
        {entry.label}
      </a>
    );
  }
  return (
    <button
      ref={button}
      type="button"
      {...element("navigationItem")}
      aria-current={isCurrent ? "page" : undefined}
      data-autofocus={isCurrent || undefined}
      onClick={() => go(entry.path)}
    >
      {entry.icon}
      {entry.label}
    </button>
  );
}

/** On a narrow screen the pages stand in a row that scrolls. Nothing but the row moves. */
function showInRow(item: HTMLElement): void {
  const row = item.parentElement;
  const [inner, outer] = [item, row].map((node) => node?.getBoundingClientRect());
  if (!inner || !outer) return;
  row?.scrollBy({ left: inner.left + inner.width / 2 - outer.left - outer.width / 2 });
}

function pageOf(
  path: string | undefined,
  organization: OrganizationResource,
  membership: OrganizationMembershipResource,
): ReactNode {
  const shown = { organization, membership };
  if (path === "members") return <MembersPage {...shown} />;
  if (path === "invitations") return <InvitationsPage {...shown} />;
  if (path === "requests") return <RequestsSection {...shown} />;
  if (path === "domains") return <DomainsSection {...shown} />;
  if (path === "apiKeys") return <ApiKeysSection {...shown} />;
  if (path === "activity") return <ActivitySection {...shown} />;
  if (path === "billing") return <BillingSection {...shown} />;
  return <GeneralPage {...shown} />;
}
