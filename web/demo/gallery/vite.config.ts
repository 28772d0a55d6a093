import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The gallery stands under any path, and loads nothing from elsewhere. */
export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  plugins: [react()],
  build: { outDir: "../dist/gallery", emptyOutDir: true, target: "es2022" },
});
