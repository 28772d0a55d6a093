// Compiles style sheets from the standard input, a JSON list, as Tailwind CSS 4 does for a product: node tailwind.mjs CLASS…
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";

const web = createRequire(new URL("../../web/demo/package.json", import.meta.url));
const { compile } = web("tailwindcss");
const loadStylesheet = async (id, base) => {
  const path = web.resolve(id === "tailwindcss" ? "tailwindcss/index.css" : id);
  return { path, base, content: readFileSync(path, "utf8") };
};

const compiled = JSON.parse(await text(process.stdin)).map(async (sheet) => {
  const { build } = await compile(sheet, { loadStylesheet });
  return build(process.argv.slice(2));
});
process.stdout.write(JSON.stringify(await Promise.all(compiled)));
