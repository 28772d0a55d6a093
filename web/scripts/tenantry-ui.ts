import "@tenantry/js/browser";
import type { Tenantry } from "@tenantry/js";
import { createMounter } from "@tenantry/react/mount";
import styles from "@tenantry/react/styles.css?inline";

// A constructed sheet needs no exception in a content security policy, and its layer loses against the page's styles.
const sheet = new CSSStyleSheet();
sheet.replaceSync(styles);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

const { currentScript } = document;
const { global = "Tenantry" } = currentScript instanceof HTMLElement ? currentScript.dataset : {};
const globals = globalThis as unknown as Record<string, Tenantry>;
// Once `load` is done, the object has all members of a connection.
if (globals[global]) Object.assign(globals[global], createMounter(globals[global]));
