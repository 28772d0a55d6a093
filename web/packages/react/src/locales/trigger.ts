/** The English strings of the closed switcher. They are apart because a page loads them at once. */
export const trigger = {
  title: "Organizations",
  label: "Organization switcher, {current}",
  personalAccount: "Personal account",
  noOrganization: "No organization selected",
  choose: "Choose an organization",
  pending: {
    one: "{count} open invitation or request",
    other: "{count} open invitations and requests",
  },
} as const;
