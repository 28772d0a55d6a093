// What the rows share: the client, what a row looks like, and what it asserts.
import assert from "node:assert/strict";
import type { ClerkClient } from "@clerk/backend";
import type { ClerkAPIResponseError } from "@clerk/backend/errors";

export interface Here {
  clerk: ClerkClient;
  /** A client whose secret key is wrong. */
  stranger: ClerkClient;
  /** Differs for each version of the SDK, so that all of them can use one server. */
  label: string;
}

/** By the SDK's method: what it must answer, in the order of the calls. */
export type Rows = Record<string, () => Promise<void>>;

/** Returns the name of the SDK's class, without the underscore that its bundle adds. */
export function kindOf(value: unknown): string {
  assert.ok(value instanceof Object, `${value} is not an object`);
  return value.constructor.name.replace(/^_/, "");
}

/** Asserts the class and these of its fields, and returns the object. */
export function expect<T extends object>(value: T, kind: string, fields: Partial<T> = {}): T {
  assert.equal(kindOf(value), kind);
  for (const [name, expected] of Object.entries(fields)) {
    assert.deepEqual(value[name as keyof T], expected, name);
  }
  return value;
}

/** Asserts that every entry has this class, and returns the page. */
export function expectPage<T extends object>(
  page: { data: T[]; totalCount: number },
  kind: string,
): T[] {
  assert.ok(page.data.length > 0, "the list is empty");
  assert.ok(page.totalCount >= page.data.length, `totalCount is ${page.totalCount}`);
  for (const entry of page.data) expect(entry, kind);
  return page.data;
}

function isResponseError(error: unknown): error is ClerkAPIResponseError {
  return error instanceof Error && kindOf(error) === "ClerkAPIResponseError";
}

/** Asserts that the call is refused as the SDK tells it, and returns the error. */
export async function refused(
  call: Promise<unknown>,
  status: number,
  code: string,
  meta: Record<string, unknown> = {},
): Promise<ClerkAPIResponseError> {
  const error: unknown = await call.then(
    (value) => assert.fail(`accepted: ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (!isResponseError(error)) throw error;
  const [first] = error.errors;
  assert.deepEqual([error.status, first?.code], [status, code], JSON.stringify(error.errors));
  assert.ok(first?.message, "no message");
  assert.ok(first?.longMessage, "no longMessage");
  assert.match(error.clerkTraceId ?? "", /\S/, "no clerkTraceId");
  for (const [name, expected] of Object.entries(meta)) {
    assert.deepEqual(first.meta?.[name as keyof typeof first.meta], expected, name);
  }
  return error;
}

/** Makes a user whose address is verified. */
export async function makeUser({ clerk, label }: Here, name: string) {
  return clerk.users.createUser({
    emailAddress: [`${name}@${label}.example.org`],
    firstName: name,
  });
}

/** Makes an organization with an admin. */
export async function makeOrganization(here: Here, name: string) {
  const admin = await makeUser(here, `admin-of-${name}`);
  const organization = await here.clerk.organizations.createOrganization({
    name,
    slug: `${name}-${here.label}`,
    createdBy: admin.id,
  });
  return { admin, organization };
}
