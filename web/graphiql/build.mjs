// Bundles the GraphiQL page and the Monaco workers into server/assets/graphiql/.
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const page = fileURLToPath(new URL(".", import.meta.url));
const web = fileURLToPath(new URL("..", import.meta.url));
const assets = fileURLToPath(new URL("../../server/assets/graphiql/", import.meta.url));

const shared = {
  absWorkingDir: page,
  bundle: true,
  define: { "process.env.NODE_ENV": '"production"' },
  keepNames: true, // GraphiQL titles its icons with the names of their functions.
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
  minify: true,
  outdir: assets,
  target: ["chrome112", "firefox114", "safari16.4"],
};

// graphiql/style.css carries its fonts as data URLs; as files, a browser loads only the few it needs.
const fontsAsFiles = {
  name: "fonts-as-files",
  setup({ onResolve, onLoad }) {
    let count = 0;
    onResolve({ filter: /^data:font\// }, ({ path }) => {
      const [, extension, data] = /^data:font\/(\w+);base64,(.*)$/.exec(path);
      return { path: `${count++}.${extension}`, namespace: "font", pluginData: Buffer.from(data, "base64") };
    });
    onLoad({ filter: /.*/, namespace: "font" }, ({ pluginData }) => ({ contents: pluginData, loader: "file" }));
  },
};

// graphiql/style.css holds Monaco's styles too, so the ones that Monaco's modules import would come twice.
const monacoStylesOnce = {
  name: "monaco-styles-once",
  setup({ onLoad }) {
    onLoad({ filter: /monaco-editor[\\/]esm[\\/].*\.css$/ }, () => ({ contents: "", loader: "css" }));
  },
};

async function licences(inputs) {
  const names = inputs.map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(path)?.[0]);
  const folders = [...new Set(names.filter(Boolean))].sort();
  const texts = await Promise.all(folders.map((folder) => licence(folder)));
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}

async function licence(folder) {
  const { name, version, license } = JSON.parse(await readFile(join(web, folder, "package.json"), "utf8"));
  const file = (await readdir(join(web, folder))).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? await readFile(join(web, folder, file), "utf8") : "";
  return `${name} ${version} (${license})\n\n${text.trim()}\n`;
}

await rm(assets, { recursive: true, force: true });
const results = await Promise.all([
  build({
    ...shared,
    entryPoints: ["graphiql.jsx", "icon.svg"],
    format: "esm",
    splitting: true,
    chunkNames: "chunk-[hash]",
    assetNames: "font-[hash]",
    // GraphiQL asks for Prettier's CommonJS parsers, and their named export is lost in a bundle (graphql/graphiql#4092).
    alias: { "prettier/parser-babel": "prettier/plugins/babel", "prettier/parser-graphql": "prettier/plugins/graphql" },
    jsx: "automatic",
    loader: { ".svg": "copy" },
    plugins: [fontsAsFiles, monacoStylesOnce],
  }),
  build({
    ...shared,
    entryPoints: {
      "editor.worker": "monaco-editor/esm/vs/editor/editor.worker.js",
      "graphql.worker": "monaco-graphql/esm/graphql.worker.js",
      "json.worker": "monaco-editor/esm/vs/language/json/json.worker.js",
    },
    format: "iife",
  }),
]);
const inputs = results.flatMap(({ metafile }) => Object.keys(metafile.inputs));
await writeFile(join(assets, "licences.txt"), await licences(inputs));
