// Builds a page of the tests from the packages of this folder: node build-page.mjs PAGE OUTPUT [REACT]
// REACT is a folder whose node_modules hold another version of React.
import { join, resolve } from "node:path";
import react from "@vitejs/plugin-react";
import { build } from "vite";

const [page, output, otherReact] = process.argv.slice(2).map((path) => resolve(path));
const demo = join(import.meta.dirname, "demo", "main.tsx");
const importerOf = (source) =>
  otherReact && /^(react|react-dom|scheduler)(\/|$)/.test(source) ? join(otherReact, "main.tsx") : demo;

await build({
  root: page,
  base: "./",
  configFile: false,
  logLevel: "warn",
  plugins: [
    {
      name: "packages-of-this-folder",
      enforce: "pre",
      resolveId(source, importer, options) {
        const isBare = /^[@\w]/.test(source) && importer !== undefined;
        return isBare ? this.resolve(source, importerOf(source), { ...options, skipSelf: true }) : null;
      },
    },
    react(),
  ],
  build: { outDir: output, emptyOutDir: true, minify: false, modulePreload: false },
});
