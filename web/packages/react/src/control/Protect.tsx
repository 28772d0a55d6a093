import type { AuthorizationParams, Has } from "@tenantry/js";
import type { ReactNode } from "react";
import { useTenantryContext } from "../context.ts";
import { Show, type ShowProps } from "./Show.tsx";

export interface ProtectProps extends Omit<ShowProps, "when">, AuthorizationParams {
  readonly condition?: (has: Has) => boolean;
}

/** The earlier name of `<Show>`. Without a condition, it shows its children to everybody who is signed in. */
export function Protect(props: ProtectProps): ReactNode {
  useTenantryContext("<Protect>");
  const { role, permission, feature, plan, condition, ...rest } = props;
  const params = Object.entries({ role, permission, feature, plan }).filter(
    ([, value]) => value !== undefined,
  );
  const authorization = params.length > 0 ? Object.fromEntries(params) : "signed-in";
  return <Show {...rest} when={condition ?? authorization} />;
}
