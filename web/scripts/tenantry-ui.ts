import { defineGlobal } from "@tenantry/js/browser";
import { createMounter } from "@tenantry/react/mount";
import styles from "@tenantry/react/styles.css?inline";

// A constructed sheet needs no exception in a content security policy, and its layer loses against the page's styles.
const sheet = new CSSStyleSheet();
sheet.replaceSync(styles);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

defineGlobal((global, tenantry) => Object.assign(global, createMounter(tenantry)));
