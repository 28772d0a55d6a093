// Writes the public types of each package to api/, so that a change of them shows in a review.
// With --check, compares instead: node api-reports.mjs [--check]
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";

const root = import.meta.dirname;
const isCheck = process.argv.includes("--check");

/** Emits the declarations of a package without comments, and returns their folder. */
function emit(name) {
  const output = join(scratch, name);
  const options = ["--emitDeclarationOnly", "--removeComments", "--noCheck", "--outDir", output];
  const project = ["-p", join(root, "packages", name), "--tsBuildInfoFile", join(output, ".tsbuildinfo")];
  execFileSync(join(root, "node_modules", ".bin", "tsc"), [...project, ...options], { stdio: "inherit" });
  return output;
}

/** The files of the entry points, each with the name that people import. */
function entries(name, output) {
  const { exports } = JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8"));
  const found = new Map();
  for (const [path, { types }] of Object.entries(exports)) {
    if (path.endsWith(".css")) continue;
    const [before, after] = types.replace("./dist/", "").split("*");
    const values = after === undefined ? [""] : valuesOf(output, before, after);
    for (const value of values) {
      const file = after === undefined ? before : before + value + after;
      found.set(join(output, file), join(`@tenantry/${name}`, path.replace("*", value)));
    }
  }
  return found;
}

/** What `*` stands for in a pattern of `exports`. */
function valuesOf(output, before, after) {
  const names = readdirSync(join(output, before)).filter((file) => file.endsWith(after));
  return names.map((file) => file.slice(0, -after.length)).sort();
}

/** The files in the order in which one leads to the next. */
function reach(files, seen = new Set()) {
  for (const file of files) {
    if (seen.has(file)) continue;
    seen.add(file);
    const imports = readFileSync(file, "utf8").matchAll(/(?:from |import\()"(\.[^"]+)"/g);
    reach([...imports].map(([, path]) => join(dirname(file), path.replace(/\.[jt]sx?$/, ".d.ts"))), seen);
  }
  return seen;
}

function report(name) {
  const output = emit(name);
  const named = entries(name, output);
  const parts = [...reach(named.keys())].map((file) => {
    const title = named.get(file) ?? relative(output, file).replace(/\.d\.ts$/, "");
    return `// ${title}\n${readFileSync(file, "utf8").trim()}\n`;
  });
  return parts.join("\n");
}

const scratch = mkdtempSync(join(tmpdir(), "api-"));
mkdirSync(join(root, "api"), { recursive: true });
for (const name of readdirSync(join(root, "packages"))) {
  const path = join(root, "api", `${name}.d.ts`);
  const text = report(name);
  if (!isCheck) writeFileSync(path, text);
  else if (!existsSync(path) || readFileSync(path, "utf8") !== text) {
    const now = join(scratch, `${name}.d.ts`);
    writeFileSync(now, text);
    try {
      execFileSync("git", ["diff", "--no-index", "--", path, now], { stdio: "inherit" });
    } catch {
      process.stderr.write(`The public types of @tenantry/${name} have changed. If they must, run: npm run api --prefix web\n`);
    }
    process.exitCode = 1;
  }
}
rmSync(scratch, { recursive: true });
