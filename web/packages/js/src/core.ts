import type { Environment } from "./foundation/environment.ts";
import type { Store } from "./foundation/store.ts";
import type { Send } from "./foundation/transport.ts";
import type { Snapshots } from "./resources/snapshot.ts";
import type { Identity } from "./session/identity.ts";
import type { Memory } from "./session/storage.ts";
import type { Tabs } from "./session/tabs.ts";
import type { Tokens } from "./session/tokens.ts";
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
