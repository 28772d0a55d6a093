import { type ReactNode, useEffect, useRef, useState } from "react";
import { useElement } from "../../appearance/context.tsx";
import { useOrganization } from "../../hooks/useOrganization.ts";
import { useOrganizationList } from "../../hooks/useOrganizationList.ts";
import { core } from "../../locales/core.ts";
import { LocalizationProvider, useCoreLocale } from "../../localization.tsx";
import { ErrorAlert } from "../../ui/alert.tsx";
import { Button } from "../../ui/button.tsx";
import { Icon, plus, settings } from "../../ui/icons.tsx";
import { ToastProvider } from "../../ui/toast.tsx";
import { InvitationRows, type Joined } from "../rows/invitations.tsx";
import { OrganizationRow, PersonalRow } from "../rows/organizations.tsx";
import { SuggestionRows } from "../rows/suggestions.tsx";
import { useMemberships } from "../rows/use-memberships.ts";
import { useSwitch } from "../rows/use-switch.ts";
import { useView } from "../state.ts";
import { focusFirst, moveFocus } from "./keyboard.ts";
import type { PanelProps } from "./lazy.tsx";
import { MembershipList } from "./membership-list.tsx";

/** The inside of the panel. It is a module of its own, so that a closed switcher stays small. */
export default function SwitcherPanel(props: PanelProps): ReactNode {
  return (
    <LocalizationProvider base={core}>
      <ToastProvider>
        <PanelContent {...props} />
      </ToastProvider>
    </LocalizationProvider>
  );
}

function PanelContent({ options, onClose, onDialog }: PanelProps): ReactNode {
  const element = useElement();
  const { text } = useCoreLocale();
  const view = useView("<OrganizationSwitcher>");
  const box = useRef<HTMLDivElement>(null);
  const [search, setSearch] = useState("");
  const [joined, setJoined] = useState<readonly Joined[]>([]);
  const memberships = useMemberships(search);
  const switching = useSwitch({ ...options, onDone: onClose });
  const { user, instance, organization } = view;
  const hidesPersonal = options.hidePersonal || instance?.membershipMode === "required";
  const mayCreate = !options.hideCreate && user?.createOrganizationEnabled === true;
  const isReady = !memberships.list.isLoading;
  const { userInvitations } = useOrganizationList({ userInvitations: { infinite: true } });
  const isEmpty =
    isReady && !memberships.list.isError && memberships.total === 0 && hidesPersonal && !mayCreate;

  useEffect(() => {
    if (isReady && box.current && !options.asStandalone) focusFirst(box.current);
  }, [isReady, options.asStandalone]);

  useEffect(() => {
    // A row that goes takes the focus with it, and the arrow keys.
    if (!options.asStandalone && document.activeElement === document.body) box.current?.focus();
  });

  const create = (): void => {
    if (options.createOrganizationMode !== "navigation") {
      onDialog({ screen: "create" });
      return;
    }
    onClose();
    view.tenantry.navigate(options.createOrganizationUrl);
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the arrow keys move between the buttons inside.
    <div ref={box} {...element("panelContent")} tabIndex={-1} onKeyDown={moveFocus}>
      {organization && (
        <CurrentOrganization options={options} onClose={onClose} onDialog={onDialog} />
      )}
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
            key={membership.id}
            membership={membership}
            isCurrent={membership.organization.id === organization?.id}
            busyId={switching.busyId}
            onSelect={() => void switching.select(membership.organization)}
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
        onJoined={(row) => setJoined([...joined, row])}
        onSelect={(organization) => void switching.select(organization)}
        busyId={switching.busyId}
      />
      {isEmpty && userInvitations.count === 0 && !userInvitations.isLoading && (
        <p {...element("empty")}>{text.organizationSwitcher.empty}</p>
      )}
      {instance?.domainsEnabled && <SuggestionRows />}
      {mayCreate && (
        <div {...element("panelSection")}>
          <button type="button" {...element("row")} data-row="" onClick={create}>
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

/** The organization at hand, with the way to its settings, or out of it for those who can't change any. */
function CurrentOrganization({ options, onClose, onDialog }: PanelProps): ReactNode {
  const { text } = useCoreLocale();
  const element = useElement();
  const { tenantry } = useView("<OrganizationSwitcher>");
  const { organization, membership } = useOrganization();
  if (!organization || !membership) return null;
  const manages = membership.permissions.some((key) => /^org:sys_.*:(manage|delete)$/.test(key));

  const manage = (): void => {
    if (options.organizationProfileMode !== "navigation") {
      onDialog({ screen: "profile", organization });
      return;
    }
    onClose();
    tenantry.navigate(tenantry.buildUrl(options.organizationProfileUrl, organization));
  };

  return (
    <div {...element("panelCurrent")}>
      <span {...element("rowText")}>
        <span {...element("rowTitle")} dir="auto">
          {organization.name}
        </span>
        <span {...element("rowSubtitle")} dir="auto">
          {membership.roleName}
        </span>
      </span>
      {manages ? (
        <Button size="small" data-row="" onClick={manage}>
          <Icon shape={settings} />
          {text.organizationSwitcher.manage}
        </Button>
      ) : (
        <Button
          size="small"
          data-row=""
          onClick={() => onDialog({ screen: "leave", organization })}
        >
          {text.organizationSwitcher.leave}
        </Button>
      )}
    </div>
  );
}
