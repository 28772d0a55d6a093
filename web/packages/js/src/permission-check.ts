/** Loaded in development only, when a check of a permission fails. */

import { warn } from "./foundation/warnings.ts";
import * as documents from "./generated/resources.ts";
import type { Api } from "./resources/api.ts";

let known: Promise<ReadonlySet<string>> | undefined;

/** Names the nearest permissions if the key isn't one of the instance: then `has` is always false. */
export async function explainUnknownPermission(api: Api, permission: string): Promise<void> {
  known ??= api
    .query(documents.ReadPermissionsDocument, {})
    .then(({ permissions }) => new Set(permissions?.map(({ key }) => key)));
  const keys = await known.catch(() => new Set<string>());
  if (keys.size === 0 || keys.has(permission)) return;
  const nearest = [...keys]
    .sort((a, b) => distance(permission, a) - distance(permission, b))
    .slice(0, 3);
  warn(
    `permission:${permission}`,
    `The permission ${permission} doesn't exist, so has({ permission: "${permission}" }) is always false. The nearest ones are ${nearest.join(", ")}.`,
  );
}

/** The number of letters to insert, remove, or replace. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1];
    for (const [j, otherLetter] of [...other].entries()) {
      const replaced = (row[j] ?? 0) + (letter === otherLetter ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
