/** What reads lists and changes things. It is loaded when it's needed first. */
export { memberFunctions } from "./memberships.ts";
export { organizationFunctions } from "./organizations.ts";
export { rootFunctions } from "./root.ts";
export { userFunctions } from "./users.ts";
