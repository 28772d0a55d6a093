// Builds the pages of these tests from the packages as they are published: `*.html` in this folder.
import { readdirSync } from "node:fs";

const here = import.meta.dirname;
const packages = `${here}/../../../web/packages`;

export default {
  root: here,
  base: "/pages/",
  logLevel: "warn",
  resolve: { alias: [{ find: /^@tenantry\/js$/, replacement: `${packages}/js/dist/index.js` }] },
  build: {
    emptyOutDir: true,
    minify: false,
    modulePreload: false,
    rollupOptions: {
      input: readdirSync(here)
        .filter((name) => name.endsWith(".html"))
        .map((name) => `${here}/${name}`),
    },
  },
};
