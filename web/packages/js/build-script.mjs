// Bundles the entry for script tags into server/assets/js/tenantry.js, in one file that needs no other.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

await build({
  absWorkingDir: fileURLToPath(new URL(".", import.meta.url)),
  bundle: true,
  conditions: ["browser"],
  entryPoints: ["src/browser.ts"],
  format: "iife",
  legalComments: "none",
  logLevel: "warning",
  minify: true,
  outfile: fileURLToPath(new URL("../../../server/assets/js/tenantry.js", import.meta.url)),
  target: ["chrome112", "firefox114", "safari16.4"],
});
