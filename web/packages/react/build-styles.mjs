// Writes dist/styles.css, one sheet in the cascade layer "tenantry", and the themes beside it.
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { transform } from "lightningcss";

const PARTS = ["tokens", "controls", "overlays", "switcher", "pages"];

const here = (path) => new URL(path, import.meta.url);
const parts = await Promise.all(
  PARTS.map((name) => readFile(here(`src/styles/${name}.css`), "utf8")),
);
const { code } = transform({
  filename: "styles.css",
  code: Buffer.from(`@layer tenantry {\n${parts.join("\n")}\n}`),
  minify: true,
});
await mkdir(here("dist"), { recursive: true });
await writeFile(here("dist/styles.css"), code);
// TypeScript wants to know the types of a sheet, too, where it is imported.
await writeFile(here("dist/styles.css.d.ts"), "export {};\n");
await cp(here("src/themes"), here("dist/themes"), { recursive: true });
