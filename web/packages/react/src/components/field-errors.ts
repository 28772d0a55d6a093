import { isTenantryError, TenantryError } from "@tenantry/js";

export interface FieldErrors {
  /** What was refused about a parameter. */
  of: (paramName: string) => TenantryError | undefined;
  /** What was refused apart from these parameters. */
  rest: unknown;
}

/** Parts a refusal into what belongs to a field of the form, and what stands above the buttons. */
export function fieldErrors(error: unknown, fields: readonly string[]): FieldErrors {
  if (!isTenantryError(error)) return { of: () => undefined, rest: error };
  const part = (keep: (paramName: string | undefined) => boolean): TenantryError | undefined => {
    const errors = error.errors.filter(({ meta }) => keep(meta.paramName));
    return errors.length > 0 ? new TenantryError({ status: error.status, errors }) : undefined;
  };
  return {
    of: (name) => part((paramName) => paramName === name),
    rest: part((paramName) => paramName === undefined || !fields.includes(paramName)),
  };
}
