import type {
  OrganizationMembershipResource,
  OrganizationResource,
  UserResource,
} from "@tenantry/js";
import type { ReactNode } from "react";
import { useElement } from "../../appearance/context.tsx";
import type { useTriggerText } from "../../localization.tsx";
import { Avatar } from "../../ui/avatar.tsx";
import { building, Icon, selector } from "../../ui/icons.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { personName } from "../people.ts";

/** What the trigger says without an organization: the personal account, or what to do. */
export function currentName(
  text: ReturnType<typeof useTriggerText>["text"],
  options: {
    organization: OrganizationResource | null;
    hidesPersonal: boolean;
    isRequired: boolean;
  },
): string {
  if (options.organization) return options.organization.name;
  if (options.isRequired) return text.choose;
  return options.hidesPersonal ? text.noOrganization : text.personalAccount;
}

export interface TriggerContentProps {
  name: string;
  organization: OrganizationResource | null;
  membership: OrganizationMembershipResource | null;
  /** The user, where the personal account is the current one. */
  person: UserResource | null;
  pendingCount: number;
}

/** The second line: the role, or the person whose account it is. */
export function subtitleOf(
  current: Pick<TriggerContentProps, "organization" | "membership" | "person">,
): string | null {
  const { organization, membership, person } = current;
  if (organization) return membership?.roleName ?? null;
  return person && personName(person);
}

/** The inside of the button: the picture, the name, and what waits for the user. */
export function TriggerContent(props: TriggerContentProps): ReactNode {
  const { name, organization, person, pendingCount } = props;
  const element = useElement();
  const subtitle = subtitleOf(props);
  return (
    <>
      {organization || person ? (
        <Avatar
          name={person ? personName(person) : name}
          imageUrl={(organization ?? person)?.imageUrl}
          shape={person ? "circle" : "square"}
        />
      ) : (
        <span {...element("rowIcon")}>
          <Icon shape={building} />
        </span>
      )}
      <span {...element("rowText")}>
        <span {...element("rowTitle")} dir="auto">
          {name}
        </span>{" "}
        {subtitle && (
          <span {...element("rowSubtitle")} dir="auto">
            {subtitle}
          </span>
        )}
      </span>
      {pendingCount > 0 && (
        <span
          {...element("badge")}
          aria-hidden="true"
          data-count={pendingCount > 99 ? "99+" : pendingCount}
        />
      )}
      <Icon shape={selector} />
    </>
  );
}

/** A placeholder of the same size as the trigger. */
export function TriggerSkeleton(): ReactNode {
  const element = useElement();
  return (
    <div {...element("trigger")} aria-hidden="true">
      <Skeleton width="2rem" height="2rem" />
      <span {...element("rowText")}>
        <Skeleton width="70%" />
      </span>
    </div>
  );
}
