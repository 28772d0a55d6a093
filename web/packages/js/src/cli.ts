#!/usr/bin/env node
/** `npx @tenantry/js types … > tenantry.d.ts` writes the roles and permissions as types. */

import { parse } from "yaml";

interface FileSystem {
  readFileSync(path: string, encoding: "utf8"): string;
}

interface Terminal {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: { write(text: string): void };
  readonly stderr: { write(text: string): void };
  getBuiltinModule(name: "node:fs"): FileSystem;
  exitCode?: number;
}

interface Keys {
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
}

type Rows = readonly { readonly key: string }[] | null;

interface Answer {
  readonly data?: { readonly roles: Rows; readonly permissions: Rows };
  readonly errors?: readonly { readonly message: string }[];
}

const USAGE = `Usage: npx @tenantry/js types --url URL
       npx @tenantry/js types --file roles.yaml

Writes the roles and permissions of an instance as a declaration of TypeScript, which checks every
role and permission that you give to Tenantry.

--url   reads them from the instance. Set TENANTRY_SECRET_KEY to one of its secret keys.
--file  reads them from the file that \`tenantry roles export\` writes and \`tenantry roles apply\` takes.
`;

const terminal = (globalThis as unknown as { readonly process: Terminal }).process;

async function fromInstance(url: string, secretKey: string): Promise<Keys> {
  const response = await fetch(`${url.replace(/\/+$/, "")}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${secretKey}` },
    body: JSON.stringify({ query: "query Types { roles { key } permissions { key } }" }),
  });
  const answer: Answer = await response.json();
  if (answer.errors?.[0]) throw new Error(answer.errors[0].message);
  const keys = (rows: Rows | undefined) => (rows ?? []).map(({ key }) => key);
  return { roles: keys(answer.data?.roles), permissions: keys(answer.data?.permissions) };
}

/** The keys of a roles file. It doesn't list the permissions that are built in; the types know them. */
function fromFile(path: string): Keys {
  const content: unknown = parse(terminal.getBuiltinModule("node:fs").readFileSync(path, "utf8"));
  const roles = keysOf(content, "roles");
  if (roles.length === 0) throw new Error("The file has no `roles`.");
  return { roles, permissions: keysOf(content, "permissions") };
}

function keysOf(content: unknown, name: string): string[] {
  const part = isMapping(content) ? (content[name] ?? {}) : {};
  if (!isMapping(part)) throw new Error(`\`${name}\` must be a mapping of keys to values.`);
  return Object.keys(part);
}

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function declaration({ roles, permissions }: Keys): string {
  const union = (keys: readonly string[]) =>
    keys.map((key) => `\n    | ${JSON.stringify(key)}`).join("") || " never";
  return `// Written by \`npx @tenantry/js types\`.
export {};

declare global {
  interface TenantryAuthorization {
    role:${union(roles)};
    permission:${union(permissions)};
  }
}
`;
}

function misused(message: string): void {
  terminal.stderr.write(message);
  terminal.exitCode = 2;
}

async function main(): Promise<void> {
  const [command, flag, from] = terminal.argv.slice(2);
  const secretKey = terminal.env.TENANTRY_SECRET_KEY;
  if (command !== "types" || !from) misused(USAGE);
  else if (flag === "--file") terminal.stdout.write(declaration(fromFile(from)));
  else if (flag !== "--url") misused(USAGE);
  else if (secretKey) terminal.stdout.write(declaration(await fromInstance(from, secretKey)));
  else misused("TENANTRY_SECRET_KEY isn't set. Set it to a secret key of the instance.\n");
}

await main().catch((error: unknown) => {
  terminal.stderr.write(
    `The roles and permissions couldn't be read: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  terminal.exitCode = 1;
});
