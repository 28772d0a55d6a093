/** The list of memberships as a panel first shows it. */
export const FIRST_MEMBERSHIPS = { infinite: true, pageSize: 20 };
