/** What the server refuses, in one shape for errors of users and of programs. */

export interface TenantryErrorEntry {
  code: string;
  message: string;
  meta: { paramName?: string; [name: string]: unknown };
}

export class TenantryError extends Error {
  override readonly name = "TenantryError";
  /** The HTTP status, 422 for what a person can fix, or 0 if there was no answer. */
  readonly status: number;
  readonly errors: readonly TenantryErrorEntry[];
  /** How many seconds to wait before another try. */
  readonly retryAfter: number | null;
  /** The ID of the request in the log of the server. */
  readonly requestId: string | null;

  constructor(
    status: number,
    errors: readonly TenantryErrorEntry[],
    answer: { retryAfter?: number | null; requestId?: string | null } = {},
  ) {
    super(errors.map(({ message }) => message).join(" "));
    this.status = status;
    this.errors = errors;
    this.retryAfter = answer.retryAfter ?? null;
    this.requestId = answer.requestId ?? null;
  }
}

export function isTenantryError(error: unknown): error is TenantryError {
  return error instanceof TenantryError;
}

/** Whether one of the errors has this code. */
export function hasCode(error: unknown, code: string): boolean {
  return isTenantryError(error) && error.errors.some((entry) => entry.code === code);
}
