// Writes a TypeScript module that compares answers of the server with the types of the SDK:
// each line of the input is an answer, and each line of the module is about one of its fields.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const [source, target] = process.argv.slice(2);
const types = fileURLToPath(new URL("../node_modules/@clerk/backend/dist/api/resources/JSON.d.ts", import.meta.url));
const TYPES = {
  api_key: "APIKeyJSON",
  commerce_plan: "BillingPlanJSON",
  commerce_subscription: "BillingSubscriptionJSON",
  commerce_subscription_item: "BillingSubscriptionItemJSON",
  email_address: "EmailAddressJSON",
  feature: "FeatureJSON",
  organization: "OrganizationJSON",
  organization_domain: "OrganizationDomainJSON",
  organization_invitation: "OrganizationInvitationJSON",
  organization_membership: "OrganizationMembershipJSON",
  organization_settings: "OrganizationSettingsJSON",
  permission: "PermissionJSON",
  role: "RoleJSON",
  role_set: "RoleSetJSON",
  role_set_item: "RoleSetItemJSON",
  session: "SessionJSON",
  token: "TokenJSON",
  user: "UserJSON",
};

/** Returns the literal type of a value, with numbers and long texts as wide as they can vary. */
function typeOf(value) {
  if (Array.isArray(value)) return value.length ? `Array<${[...new Set(value.map(typeOf))].join(" | ")}>` : "never[]";
  if (value === null || typeof value === "boolean") return `${value}`;
  if (typeof value === "number") return "number";
  if (typeof value === "string") return /^[a-z_:]{1,40}$/.test(value) ? JSON.stringify(value) : "string";
  const fields = Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${typeOf(each)}`);
  return `{ ${fields.join("; ")} }`;
}

/** Returns the objects in an answer, those within others too. */
function* objectsOf(value) {
  if (Array.isArray(value)) for (const each of value) yield* objectsOf(each);
  else if (value instanceof Object) {
    if (TYPES[value.object] && !value.deleted) yield value;
    for (const each of Object.values(value)) yield* objectsOf(each);
  }
}

const checks = new Map();
for (const line of readFileSync(source, "utf8").split("\n").filter(Boolean)) {
  for (const found of objectsOf(JSON.parse(line))) {
    const type = TYPES[found.object];
    for (const [name, value] of Object.entries(found)) {
      if (value instanceof Object && TYPES[value.object]) continue;
      if (Array.isArray(value) && TYPES[value[0]?.object]) continue;
      const label = `${found.object}.${name}`;
      const check = `check<Field<SDK.${type}, ${JSON.stringify(name)}>>(0 as unknown as ${typeOf(value)}); // ${label}`;
      checks.set(check, label);
    }
    const names = Object.keys(found).map((name) => JSON.stringify(name)).join(" | ");
    const check = `check<${names}>(0 as unknown as Required<SDK.${type}>); // ${found.object}`;
    checks.set(check, found.object);
  }
}
writeFileSync(
  target,
  `import type * as SDK from "${types}";
type Required<T> = Exclude<{ [K in keyof T]-?: undefined extends T[K] ? never : K }[keyof T], undefined>;
type Field<T, K> = K extends keyof T ? T[K] : unknown;
declare function check<T>(value: T): void;
${[...checks.keys()].join("\n")}
`,
);
