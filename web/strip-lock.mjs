// Removes addresses, which npm keeps for registries and donations, from the lock files that are named.
import { readFileSync, writeFileSync } from "node:fs";

for (const path of process.argv.slice(2)) {
  const lock = JSON.parse(readFileSync(path, "utf8"));
  for (const entry of Object.values(lock.packages)) {
    delete entry.funding;
    if (entry.resolved?.includes("://")) delete entry.resolved;
    if (entry.deprecated) delete entry.deprecated;
  }
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
}
