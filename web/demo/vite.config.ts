import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, loadEnv } from "vite";

/** What the instance serves. With the proxy, the page and the instance have one origin. */
const PATHS = [
  "/graphql",
  "/graphiql",
  "/dev/",
  "/.well-known",
  "/images",
  "/logos",
  "/invitations",
  "/js/",
];

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig(({ mode }) => {
  const { TENANTRY_URL = "http://127.0.0.1:8000" } = loadEnv(mode, file("."), "TENANTRY_");
  const instance = {
    target: TENANTRY_URL,
    changeOrigin: true,
    headers: { origin: new URL(TENANTRY_URL).origin },
    ws: true,
  };
  const pages = ["index.html", "plain/index.html", "plain/components.html", "gallery/index.html"];
  return {
    base: "/demo/",
    plugins: [react()],
    server: {
      host: "127.0.0.1",
      port: 5173,
      open: false,
      proxy: Object.fromEntries(PATHS.map((path) => [path, instance])),
    },
    build: {
      target: "es2022",
      // The content security policy allows files of the page's own origin, and no data URLs.
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 1024,
      license: { fileName: "licences.md" },
      rolldownOptions: {
        input: pages.map(file).filter((page) => existsSync(page)),
        // On a slow machine, a build would print how long its steps take.
        checks: { bundlerTimings: false },
      },
    },
  };
});
