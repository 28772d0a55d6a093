import type { Core } from "../core.ts";
import { isLoopback } from "../foundation/environment.ts";
import { warn } from "../foundation/warnings.ts";
import type { Session } from "./session.ts";
import { tokenKey } from "./tokens.ts";

/** Keeps the session token of the tab in a cookie, for pages that a server renders. */
export class SessionCookie {
  readonly #core: Core;
  readonly #session: Session;
  readonly #attributes: string;
  readonly #name: string;
  readonly #isOn: boolean;
  #isWritten = false;

  constructor(core: Core, session: Session) {
    this.#core = core;
    this.#session = session;
    const { sessionCookie = false } = core.options;
    const options = typeof sessionCookie === "object" ? sessionCookie : {};
    const { name = "tenantry_session", path = "/", domain } = options;
    this.#isOn = sessionCookie !== false && typeof document !== "undefined";
    this.#name = name;
    this.#attributes = `; Path=${path}${domain ? `; Domain=${domain}` : ""}; SameSite=Lax; Secure`;
  }

  /** Keeps the token until the session is over, so that a server can tell "stale" from "signed out". */
  write(): void {
    const { tokens, store } = this.#core;
    const { organizationId, format } = this.#session;
    const token = tokens.get(tokenKey(organizationId, format));
    const { session } = store.state;
    if (!session || !token) return;
    // Of two tabs side by side, the focused one decides what a server renders.
    if (!this.#isOn || (this.#isWritten && !document.hasFocus())) return;
    this.#isWritten = true;
    if (location.protocol === "http:" && !isLoopback(location.hostname)) {
      warn(
        "cookie",
        "Browsers refuse the session cookie, because it is `Secure` and this page is served by http. Serve it by https.",
      );
    }
    this.#set(`${this.#name}=${token.jwt}; Expires=${session.expiresAt.toUTCString()}`);
  }

  remove(): void {
    if (this.#isOn) this.#set(`${this.#name}=; Max-Age=0`);
  }

  #set(cookie: string): void {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in browsers that the package supports.
    document.cookie = cookie + this.#attributes;
  }
}
