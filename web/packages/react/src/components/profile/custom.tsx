import { Children, Fragment, isValidElement, type ReactNode } from "react";
import type { CustomPage } from "./props.ts";

export interface OrganizationProfilePageProps {
  label: string;
  /** The path of the page, such as `terms`. The label of a built-in page in `label` only moves it. */
  url: string;
  labelIcon?: ReactNode;
  children: ReactNode;
}

/** A page of your own among those of the settings. */
export function OrganizationProfilePage(_props: OrganizationProfilePageProps): ReactNode {
  return null;
}

export interface OrganizationProfileLinkProps {
  label: string;
  url: string;
  labelIcon?: ReactNode;
}

/** A link of your own among the pages of the settings. */
export function OrganizationProfileLink(_props: OrganizationProfileLinkProps): ReactNode {
  return null;
}

/** The pages and links among the children, in their order. */
export function customPages(children: ReactNode): CustomPage[] {
  return Children.toArray(children).flatMap((child): CustomPage[] => {
    if (!isValidElement(child)) return [];
    if (child.type === Fragment)
      return customPages((child.props as { children?: ReactNode }).children);
    if (child.type === OrganizationProfilePage)
      return [child.props as OrganizationProfilePageProps];
    if (child.type === OrganizationProfileLink)
      return [child.props as OrganizationProfileLinkProps];
    return [];
  });
}
