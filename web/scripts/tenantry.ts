import { defineGlobal } from "@tenantry/js/browser";

defineGlobal();
