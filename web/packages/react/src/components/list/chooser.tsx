import type { OrganizationMembershipResource } from "@tenantry/js";
import { type ReactNode, useRef, useState } from "react";
import { useElement } from "../../appearance/context.tsx";
import { useOrganizationList } from "../../hooks/useOrganizationList.ts";
import { useLocale } from "../../localization.tsx";
import { ErrorAlert } from "../../ui/alert.tsx";
import { Icon, plus } from "../../ui/icons.tsx";
import { InvitationRows, type Joined } from "../rows/invitations.tsx";
import { OrganizationRow, PersonalRow } from "../rows/organizations.tsx";
import { SuggestionRows } from "../rows/suggestions.tsx";
import { useMemberships } from "../rows/use-memberships.ts";
import { type SwitchOptions, useSwitch } from "../rows/use-switch.ts";
import { useView } from "../state.ts";
import { MembershipList } from "../switcher/membership-list.tsx";

export interface ChooserProps extends SwitchOptions {
  hidePersonal?: boolean | undefined;
  /** Whether joining makes the organization the active one at once, and goes on. */
  activatesOnJoin?: boolean;
  onCreate: () => void;
}

/** What the user may work in: organizations, the personal account, invitations, and suggestions. */
export function Chooser({
  hidePersonal,
  activatesOnJoin,
  onCreate,
  ...options
}: ChooserProps): ReactNode {
  const element = useElement();
  const { text } = useLocale();
  const { user, organization, instance } = useView("<OrganizationList>");
  const [search, setSearch] = useState("");
  const [joined, setJoined] = useState<readonly Joined[]>([]);
  const memberships = useMemberships(search);
  const switching = useSwitch(options);
  const hidesPersonal = hidePersonal || instance?.membershipMode === "required";
  const select = (membership: OrganizationMembershipResource): void =>
    void switching.select(membership.organization);
  return (
    <div>
      <ErrorAlert
        error={switching.error ?? memberships.list.error}
        onRetry={() => (switching.error ? switching.retry() : void memberships.list.revalidate())}
      />
      <MembershipList
        memberships={memberships}
        joined={joined}
        search={search}
        onSearch={setSearch}
        renderRow={(membership) => (
          <OrganizationRow
            membership={membership}
            isCurrent={membership.organization.id === organization?.id}
            busyId={switching.busyId}
            onSelect={() => select(membership)}
          />
        )}
      >
        {!hidesPersonal && user && (
          <PersonalRow
            user={user}
            isCurrent={organization === null}
            busyId={switching.busyId}
            onSelect={() => void switching.select(null)}
          />
        )}
      </MembershipList>
      <InvitationRows
        joined={joined}
        onJoined={(row) => {
          setJoined([...joined, row]);
          if (activatesOnJoin) select(row.membership);
        }}
        onSelect={(organization) => void switching.select(organization)}
        busyId={switching.busyId}
      />
      {instance?.domainsEnabled && <SuggestionRows />}
      {user?.createOrganizationEnabled && (
        <div {...element("panelSection")}>
          <button type="button" {...element("row")} onClick={onCreate}>
            <span {...element("rowIcon")}>
              <Icon shape={plus} />
            </span>
            <span {...element("rowTitle")} dir="auto">
              {text.organizationSwitcher.createOrganization}
            </span>
          </button>
        </div>
      )}
    </div>
  );
}

/** Whether there is anything to choose, or null while that isn't known. */
export function useHasChoice(): boolean | null {
  const { instance } = useView("<OrganizationList>");
  const lists = useOrganizationList({
    userMemberships: { infinite: true, pageSize: 20, keepPreviousData: true },
    userInvitations: { infinite: true },
    ...(instance?.domainsEnabled ? { userSuggestions: { infinite: true } } : {}),
  });
  const { userMemberships, userInvitations, userSuggestions } = lists;
  const asked = [
    userMemberships,
    userInvitations,
    ...(instance?.domainsEnabled ? [userSuggestions] : []),
  ];
  // After a failure there may be something; the chooser then says what went wrong.
  const hasSome = asked.some((list) => list.count > 0 || list.isError);
  const isKnown = hasSome || !asked.some((list) => list.isLoading);
  // The chooser reads a failed list again, and must stay meanwhile.
  const known = useRef<boolean | null>(null);
  if (isKnown) known.current = hasSome;
  return known.current;
}
