import type { Environment } from "./environment.ts";
import type { Identity } from "./identity.ts";
import type { Snapshots } from "./resources/snapshot.ts";
import type { Memory } from "./storage.ts";
import type { Store } from "./store.ts";
import type { Tabs } from "./tabs.ts";
import type { Tokens } from "./tokens.ts";
import type { Send } from "./transport.ts";
import type { TenantryOptions } from "./types/options.ts";

/** What the parts of a tab's connection share. */
export interface Core {
  readonly environment: Environment;
  readonly options: TenantryOptions;
  readonly store: Store;
  readonly send: Send;
  readonly tabs: Tabs;
  readonly tokens: Tokens;
  readonly memory: Memory;
  readonly identity: Identity;
  readonly snapshots: Snapshots;
  /** Is aborted when the page closes the connection. */
  readonly closing: AbortSignal;
}
