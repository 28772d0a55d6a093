import { defineConfig } from "vitest/config";

export default defineConfig({ test: { include: ["packages/*/test/**/*.test.{ts,tsx}"], environment: "node", testTimeout: 60_000 } });
