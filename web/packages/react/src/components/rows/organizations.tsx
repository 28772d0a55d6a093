import type { OrganizationMembershipResource, UserResource } from "@tenantry/js";
import type { ReactNode } from "react";
import { useElement } from "../../appearance/context.tsx";
import { useCoreLocale } from "../../localization.tsx";
import { Avatar } from "../../ui/avatar.tsx";
import { Spinner } from "../../ui/button.tsx";
import { check, Icon } from "../../ui/icons.tsx";
import { personName } from "../people.ts";

interface Selectable {
  isCurrent: boolean;
  /** The row that is being switched to; the others do nothing meanwhile. */
  busyId: string | null;
  onSelect: () => void;
}

/** An organization of the user, as a button that switches to it. */
export function OrganizationRow(
  props: Selectable & { membership: OrganizationMembershipResource },
): ReactNode {
  const { organization, roleName } = props.membership;
  return (
    <SelectableRow
      {...props}
      id={organization.id}
      title={organization.name}
      subtitle={roleName}
      avatar={<Avatar name={organization.name} imageUrl={organization.imageUrl} />}
    />
  );
}

/** The personal account, with the user's picture and name. */
export function PersonalRow(props: Selectable & { user: UserResource }): ReactNode {
  const { text } = useCoreLocale();
  const name = personName(props.user);
  return (
    <SelectableRow
      {...props}
      id="personal"
      title={text.organizationSwitcher.trigger.personalAccount}
      subtitle={name}
      avatar={<Avatar name={name} imageUrl={props.user.imageUrl} shape="circle" />}
    />
  );
}

function SelectableRow(
  props: Selectable & { id: string; title: string; subtitle: string; avatar: ReactNode },
): ReactNode {
  const element = useElement();
  const { text, format } = useCoreLocale();
  const isBusy = props.busyId === props.id;
  const isInert = props.busyId !== null && !isBusy;
  return (
    <button
      type="button"
      {...element("row")}
      data-row=""
      data-inert={isInert ? "" : undefined}
      aria-current={props.isCurrent || undefined}
      aria-busy={isBusy || undefined}
      aria-disabled={props.busyId !== null || undefined}
      onClick={() => props.busyId === null && props.onSelect()}
    >
      {props.avatar}
      <span {...element("rowText")}>
        <span {...element("rowTitle")} dir="auto">
          {props.title}
        </span>
        <span {...element("rowSubtitle")} dir="auto">
          {props.subtitle}
        </span>
      </span>
      {isBusy && (
        <>
          <Spinner />
          <span {...element("visuallyHidden")} role="status">
            {format(text.organizationSwitcher.switching, { name: props.title })}
          </span>
        </>
      )}
      {props.isCurrent && !isBusy && <Icon shape={check} />}
    </button>
  );
}
