import { type FunctionComponent, type ReactNode, useEffect, useState } from "react";
import { SurroundingsProvider, useElement, useRootAttributes } from "../../appearance/context.tsx";
import { useOrganization } from "../../hooks/useOrganization.ts";
import { useOrganizationList } from "../../hooks/useOrganizationList.ts";
import { LocalizationProvider } from "../../localization.tsx";
import { OrganizationProfileLink, OrganizationProfilePage } from "../profile/custom.tsx";
import { useView, warnOnce } from "../state.ts";
import { type RootRef, withRef } from "../with-ref.ts";
import { attributesOf } from "./attributes.ts";
import { Dialogs, type OpenDialog, Panel } from "./lazy.tsx";
import type { OrganizationSwitcherProps } from "./props.ts";
import { TriggerSkeleton } from "./trigger.tsx";
import { TriggerWithPanel } from "./trigger-with-panel.tsx";

/** Shows the current organization, and switches to another one, joins, or creates one. */
export const OrganizationSwitcher: FunctionComponent<OrganizationSwitcherProps> & {
  /** A page of your own in the settings. */
  OrganizationProfilePage: typeof OrganizationProfilePage;
  /** A link of your own in the settings. */
  OrganizationProfileLink: typeof OrganizationProfileLink;
} = Object.assign(
  withRef(function OrganizationSwitcher(props: OrganizationSwitcherProps & RootRef): ReactNode {
    return (
      <SurroundingsProvider appearance={props.appearance} container={props.container}>
        <LocalizationProvider localization={props.localization}>
          <SwitcherRoot {...props} />
        </LocalizationProvider>
      </SurroundingsProvider>
    );
  }),
  { OrganizationProfilePage, OrganizationProfileLink },
);

function SwitcherRoot(props: OrganizationSwitcherProps & RootRef): ReactNode {
  const view = useView("<OrganizationSwitcher>");
  const pendingCount = usePendingCount(view.isLoaded && view.instance?.domainsEnabled === true);
  useAfterLeave(props.afterLeaveOrganizationUrl);

  if (!view.isLoaded) {
    const { fallback = <TriggerSkeleton /> } = props;
    return <SwitcherElement {...props}>{fallback}</SwitcherElement>;
  }
  if (view.instance && !view.instance.organizationsEnabled) {
    warnOnce(
      "<OrganizationSwitcher> shows nothing because organizations are turned off." +
        " Turn on organizationsEnabled in the settings of the instance.",
    );
    return null;
  }
  if (!view.user) return null;
  return (
    <SwitcherElement {...props}>
      {props.asStandalone ? (
        <StandalonePanel {...props} />
      ) : (
        <TriggerWithPanel options={props} user={view.user} pendingCount={pendingCount} />
      )}
    </SwitcherElement>
  );
}

function StandalonePanel(props: OrganizationSwitcherProps): ReactNode {
  const element = useElement();
  const [dialog, setDialog] = useState<OpenDialog>(null);
  return (
    <div {...element("panel")} data-standalone="">
      <Panel options={props} onClose={() => {}} onDialog={setDialog} />
      {dialog && <Dialogs open={dialog} options={props} onClose={() => setDialog(null)} />}
    </div>
  );
}

function SwitcherElement(
  props: OrganizationSwitcherProps & RootRef & { children: ReactNode },
): ReactNode {
  const element = useElement();
  const root = useRootAttributes();
  const own = element("switcher", ["tn-root", props.className].filter(Boolean).join(" "));
  return (
    <div
      ref={props.rootRef}
      {...attributesOf(props)}
      {...root}
      className={own.className}
      style={{ ...own.style, ...props.style }}
      data-standalone={props.asStandalone ? "" : undefined}
    >
      {props.children}
    </div>
  );
}

/** The number of things that wait for the user. The panel shows the same lists. */
function usePendingCount(domains: boolean): number {
  const { userInvitations, userSuggestions } = useOrganizationList({
    userInvitations: { infinite: true },
    ...(domains ? { userSuggestions: { infinite: true } } : {}),
  });
  const { membership } = useView("<OrganizationSwitcher>");
  const manages = membership?.permissions.includes("org:sys_memberships:manage") ?? false;
  const { membershipRequests } = useOrganization(
    domains && manages ? { membershipRequests: true } : undefined,
  );
  const requests = membershipRequests?.count ?? 0;
  return (userInvitations?.count ?? 0) + (userSuggestions?.count ?? 0) + requests;
}

function useAfterLeave(url: string | undefined): void {
  const { tenantry } = useView("<OrganizationSwitcher>");
  useEffect(() => {
    if (!url) return;
    return tenantry.on("organizationLeft", () => {
      tenantry.navigate(url);
    });
  }, [tenantry, url]);
}
