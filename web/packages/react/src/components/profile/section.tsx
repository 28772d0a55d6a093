import type { PermissionKey } from "@tenantry/js";
import type { ComponentType, FunctionComponent, ReactNode } from "react";
import { useOrganization } from "../../hooks/useOrganization.ts";
import { type CommonProps, Root } from "../root.tsx";
import { type RootRef, withRef } from "../with-ref.ts";
import type { Shown } from "./general/general.tsx";
import { SectionSkeleton } from "./skeleton.tsx";

export type SectionProps = CommonProps & {
  /** The id or slug of an organization of the user. Defaults to the tab's. */
  organization?: string;
};

/** Makes a part of the settings a component that stands alone, for those who may see it. */
export function sectionOf(
  Content: ComponentType<Shown>,
  permission?: PermissionKey,
): FunctionComponent<SectionProps> {
  return withRef(function ProfileSection({
    organization,
    ...common
  }: SectionProps & RootRef): ReactNode {
    return (
      <Root {...common} element="form" skeleton={<SectionSkeleton />}>
        <Allowed
          Content={Content}
          {...(organization === undefined ? {} : { organization })}
          {...(permission === undefined ? {} : { permission })}
        />
      </Root>
    );
  });
}

function Allowed(props: {
  Content: ComponentType<Shown>;
  organization?: string;
  permission?: PermissionKey;
}): ReactNode {
  const { Content, permission } = props;
  const { isLoaded, organization, membership } = useOrganization(
    props.organization === undefined ? undefined : { organization: props.organization },
  );
  if (!isLoaded) return <SectionSkeleton />;
  if (!organization || !membership) return null;
  if (permission && !membership.permissions.includes(permission)) return null;
  return <Content organization={organization} membership={membership} />;
}
