/** The English strings of the closed switcher. They are apart because a page loads them at once. */
export const trigger = {
  title: "Organizations",
  label: "Organization switcher, {current}",
  personalAccount: "Personal account",
  noOrganization: "No organization selected",
  choose: "Choose an organization",
  loadFailed: "This part couldn’t be loaded. Check your connection.",
  reload: "Reload the page",
  pending: {
    one: "{count} open invitation or request",
    other: "{count} open invitations and requests",
  },
} as const;
