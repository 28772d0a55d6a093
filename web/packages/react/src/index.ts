export { version } from "@tenantry/js";
