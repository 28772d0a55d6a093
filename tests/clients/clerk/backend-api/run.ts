// Runs every row with one version of the SDK, and prints a line of JSON for each: {row, error}.
// The environment names the package, the URL of the server, and a secret key.
import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import type * as Backend from "@clerk/backend";
import { apiKeys } from "./api-keys.ts";
import { domains } from "./domains.ts";
import { instance } from "./instance.ts";
import { invitations } from "./invitations.ts";
import { members } from "./members.ts";
import { organizations } from "./organizations.ts";
import { roleModel } from "./role-model.ts";
import { seeds } from "./seeds.ts";
import { sessions } from "./sessions.ts";
import type { Here, Rows } from "./support.ts";
import { unsupported } from "./unsupported.ts";
import { users } from "./users.ts";

function setting(name: string): string {
  return process.env[name] ?? assert.fail(`${name} is missing`);
}

/** Keeps what the server sends, for the check of its types, and calls as this address. */
function watch(path: string, address: string): void {
  const { fetch } = globalThis;
  globalThis.fetch = async (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set("X-Forwarded-For", address);
    const answer = await fetch(input, { ...init, headers });
    const text = await answer.clone().text();
    if (answer.ok && /^[{[]/.test(text)) appendFileSync(path, `${text}\n`);
    return answer;
  };
}

// Before the SDK is read, which keeps the function that it finds.
watch(setting("RECORD"), setting("ADDRESS"));
const { createClerkClient }: typeof Backend = await import(setting("SDK"));
const [url, secretKey] = [setting("CLERK_API_URL"), setting("CLERK_SECRET_KEY")];
const clerk = createClerkClient({
  secretKey,
  apiUrl: url,
  publishableKey: `pk_test_${Buffer.from("clerk.example.test$").toString("base64")}`,
  telemetry: { disabled: true },
});
const stranger = createClerkClient({ secretKey: `${secretKey.slice(0, -6)}AAAAAA`, apiUrl: url });
const here: Here = { clerk, stranger, label: setting("LABEL") };

/** Lists the methods of this version, such as `users.getUser`. */
function methods(): string[] {
  const apis = Object.entries(clerk).filter(([, api]) => api instanceof Object && !(api instanceof Function));
  return apis.flatMap(([name, api]) => {
    const own = Object.getOwnPropertyNames(Object.getPrototypeOf(api));
    const inherited = ["constructor", "requireId"];
    return name === "telemetry" ? [] : own.filter((one) => !inherited.includes(one)).map((one) => `${name}.${one}`);
  });
}

function print(row: string, error: string | null): void {
  console.log(JSON.stringify({ row, error }));
}

const offered = new Set(methods());
const rooms = [seeds, organizations, members, invitations, domains, roleModel, users, sessions, instance, apiKeys, unsupported];
const called = new Set<string>();
for (const room of rooms) {
  let rows: Rows = {};
  try {
    rows = await room(here);
  } catch (error) {
    print(room.name, `${error}`);
  }
  for (const [row, check] of Object.entries(rows)) {
    called.add(row);
    if (row.includes(".") && !offered.has(row)) continue;
    await check().then(
      () => print(row, null),
      (error: unknown) => print(row, error instanceof Error ? (error.stack ?? `${error}`) : `${error}`),
    );
  }
}
for (const row of offered) if (!called.has(row)) print(row, "nothing calls this method");
