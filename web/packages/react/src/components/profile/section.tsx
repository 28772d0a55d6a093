import type { PermissionKey } from "@tenantry/js";
import { type ComponentType, type FunctionComponent, type ReactNode, Suspense } from "react";
import { useOrganization } from "../../hooks/useOrganization.ts";
import { useLocale } from "../../localization.tsx";
import { RowsSkeleton } from "../../ui/skeleton.tsx";
import { type CommonProps, Root } from "../root.tsx";
import { type RootRef, withRef } from "../with-ref.ts";
import type { Shown } from "./general.tsx";

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
      <Root {...common} element="form" skeleton={<Loading />}>
        <Suspense fallback={<Loading />}>
          <Allowed
            Content={Content}
            {...(organization === undefined ? {} : { organization })}
            {...(permission === undefined ? {} : { permission })}
          />
        </Suspense>
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
  if (!isLoaded) return <Loading />;
  if (!organization || !membership) return null;
  if (permission && !membership.permissions.includes(permission)) return null;
  return <Content organization={organization} membership={membership} />;
}

function Loading(): ReactNode {
  const { text } = useLocale();
  return <RowsSkeleton label={text.common.loading} />;
}
