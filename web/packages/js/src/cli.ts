#!/usr/bin/env node
/** `npx @tenantry/js types --url https://… > tenantry.d.ts` writes the roles and permissions as types. */

interface Terminal {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: { write(text: string): void };
  readonly stderr: { write(text: string): void };
  exitCode?: number;
}

interface Answer {
  readonly data?: {
    readonly roles: readonly { readonly key: string }[] | null;
    readonly permissions: readonly { readonly key: string }[] | null;
  };
  readonly errors?: readonly { readonly message: string }[];
}

const USAGE = `Usage: npx @tenantry/js types --url URL

Writes the roles and permissions of an instance as a declaration of TypeScript, which checks every
role and permission that you give to Tenantry. Set TENANTRY_SECRET_KEY to a secret key of the instance.
`;

const terminal = (globalThis as unknown as { readonly process: Terminal }).process;

async function writeTypes(url: string, secretKey: string): Promise<string> {
  const response = await fetch(`${url.replace(/\/+$/, "")}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${secretKey}` },
    body: JSON.stringify({ query: "query Types { roles { key } permissions { key } }" }),
  });
  const answer: Answer = await response.json();
  if (answer.errors?.[0]) throw new Error(answer.errors[0].message);
  const union = (rows: readonly { readonly key: string }[] | null | undefined) =>
    (rows ?? []).map(({ key }) => `\n    | ${JSON.stringify(key)}`).join("") || " never";
  return `// Written by \`npx @tenantry/js types\`.
export {};

declare global {
  interface TenantryAuthorization {
    role:${union(answer.data?.roles)};
    permission:${union(answer.data?.permissions)};
  }
}
`;
}

async function main(): Promise<void> {
  const [command, flag, url] = terminal.argv.slice(2);
  const secretKey = terminal.env.TENANTRY_SECRET_KEY;
  if (command !== "types" || flag !== "--url" || !url) {
    terminal.stderr.write(USAGE);
    terminal.exitCode = 2;
  } else if (secretKey) {
    terminal.stdout.write(await writeTypes(url, secretKey));
  } else {
    terminal.stderr.write(
      "TENANTRY_SECRET_KEY isn't set. Set it to a secret key of the instance.\n",
    );
    terminal.exitCode = 2;
  }
}

await main().catch((error: unknown) => {
  terminal.stderr.write(`The types couldn't be read from the instance: ${String(error)}\n`);
  terminal.exitCode = 1;
});
