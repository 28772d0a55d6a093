import "@tenantry/js/browser";
