// Packs each package as it would be published, and checks what people would install.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const chosen = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "packages-"));

function run(command, ...given) {
  try {
    execFileSync(command, given, { encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    process.stderr.write(`${command} ${given.join(" ")}\n${error.stdout}${error.stderr}`);
    process.exitCode = 1;
  }
}

for (const name of chosen.length ? chosen : readdirSync("packages")) {
  const packed = execFileSync("npm", ["pack", `./packages/${name}`, "--json", "--pack-destination", folder]);
  const [{ filename }] = Object.values(JSON.parse(packed.toString()));
  const tarball = join(folder, filename);
  run("publint", "run", "--strict", tarball);
  // The packages are ESM only.
  run("attw", tarball, "--profile", "esm-only", "--exclude-entrypoints", "styles.css");
}
rmSync(folder, { recursive: true });
