import type { ReactNode } from "react";

/** The built-in pages, in their order. `danger` is a section of the first page. */
export type ProfilePageName =
  | "general"
  | "members"
  | "invitations"
  | "requests"
  | "domains"
  | "apiKeys"
  | "activity"
  | "billing";

/** A page or a link of your own, or the name of a built-in page to say where it stands. */
export type CustomPage =
  | ProfilePageName
  | { label: string; url: string; labelIcon?: ReactNode; children: ReactNode }
  | { label: string; url: string; labelIcon?: ReactNode; children?: never };

export interface OrganizationProfileOptions {
  /** The id or slug of an organization of the user. Defaults to the tab's. */
  organization?: string | undefined;
  /** Pages and links of your own. Built-in pages that aren't named come first. */
  customPages?: readonly CustomPage[] | undefined;
  /** The page to begin with, such as `members`. */
  startPath?: string | undefined;
  /** Pages to leave out. */
  hide?: readonly ("members" | "domains" | "apiKeys" | "billing" | "activity")[] | undefined;
  afterLeaveOrganizationUrl?: string | undefined;
  afterDeleteOrganizationUrl?: string | undefined;
}
