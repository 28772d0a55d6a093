// Bundles the scripts for pages without a build step into server/assets/js/, each with all that it needs.
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const outDir = fileURLToPath(new URL("../../server/assets/js/", import.meta.url));

await rm(outDir, { recursive: true, force: true });
for (const name of ["tenantry", "tenantry-ui"]) {
  await build({
    root: fileURLToPath(new URL(".", import.meta.url)),
    configFile: false,
    logLevel: "warn",
    define: { "process.env.NODE_ENV": '"production"' },
    build: {
      outDir,
      emptyOutDir: false,
      target: "es2022",
      minify: true,
      license: { fileName: `${name}.licences.md` },
      lib: {
        entry: `${name}.ts`,
        formats: ["iife"],
        name: "TenantryScript",
        fileName: () => `${name}.js`,
      },
      rolldownOptions: {
        output: { codeSplitting: false },
        // A script has no "use client", which the warning is about.
        onwarn: (warning, warn) => warning.code !== "MODULE_LEVEL_DIRECTIVE" && warn(warning),
      },
    },
  });
}
