/** One reason why the server or the package refused. */
export interface TenantryApiError {
  /** A stable name, such as `already_a_member_in_organization`. */
  readonly code: string;
  /** One sentence for the person who reads the page. */
  readonly message: string;
  readonly longMessage: string;
  readonly meta: {
    /** The path of the parameter that was refused, such as `emailAddress`. */
    readonly paramName?: string;
    /** The permissions that the user lacks. */
    readonly permissions?: readonly string[];
    readonly limit?: number;
    readonly emailAddresses?: readonly string[];
    readonly [key: string]: unknown;
  };
}

export interface TenantryErrorOptions {
  readonly status: number;
  readonly errors: readonly TenantryApiError[];
  readonly retryAfter?: number | undefined;
  readonly requestId?: string | undefined;
  readonly cause?: unknown;
}

/** What every method of the package rejects with. */
export class TenantryError extends Error {
  /** The HTTP status of the answer, or 0 if there was none. A refused field has the status 403, 404, or 422. */
  readonly status: number;
  /** What was refused, with at least one entry. */
  readonly errors: readonly TenantryApiError[];
  /** The number of seconds to wait before the next attempt. */
  readonly retryAfter: number | undefined;
  /** Names the request in the server's log. */
  readonly requestId: string | undefined;

  constructor({ status, errors, retryAfter, requestId, cause }: TenantryErrorOptions) {
    super(errors.map((error) => error.message).join(" "), cause === undefined ? {} : { cause });
    this.name = "TenantryError";
    this.status = status;
    this.errors = errors;
    this.retryAfter = retryAfter;
    this.requestId = requestId;
  }

  /** The code of the first entry. */
  get code(): string {
    return this.errors[0]?.code ?? "unknown";
  }
}

export function isTenantryError(value: unknown): value is TenantryError {
  // Two copies of the package in one page know each other's errors by name.
  return value instanceof Error && value.name === "TenantryError" && "errors" in value;
}

/** Whether the error holds an entry with this code. */
export function hasCode(value: unknown, code: string): boolean {
  return isTenantryError(value) && value.errors.some((error) => error.code === code);
}
