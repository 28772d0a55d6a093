import { createTenantry, type Tenantry, type TenantryOptions } from "@tenantry/js";
import {
  type ReactNode,
  type RefObject,
  useContext,
  useEffect,
  useInsertionEffect,
  useRef,
  useState,
} from "react";
import { createCache } from "./cache/client.ts";
import { connectCache } from "./cache/connect.ts";
import { TenantryContext } from "./context.ts";

/** The options of `createTenantry`, or an object that the product has made with it. */
export type TenantryProviderOptions =
  | (TenantryOptions & { readonly tenantry?: never })
  | { readonly tenantry: Tenantry };

export type TenantryProviderProps = TenantryProviderOptions & { readonly children?: ReactNode };

/**
 * Connects everything inside it to an instance. Functions may be other ones at each render; of all other
 * options, those of the first render count.
 */
export function TenantryProvider({ children, ...options }: TenantryProviderProps): ReactNode {
  if (useContext(TenantryContext)) {
    throw new Error("There is a <TenantryProvider> around this one. Remove one of the two.");
  }
  const tenantry = useTenantryObject(options);
  const [value] = useState(() => ({
    tenantry,
    cache: createCache(),
    initialState: tenantry.state,
  }));
  useEffect(() => connectCache(value.tenantry, value.cache), [value]);
  return <TenantryContext.Provider value={value}>{children}</TenantryContext.Provider>;
}

function useTenantryObject(options: TenantryProviderOptions): Tenantry {
  const latest = useRef(options);
  useInsertionEffect(() => {
    latest.current = options;
  });
  const [tenantry] = useState(
    () => options.tenantry ?? createTenantry(withLatestFunctions(options, latest)),
  );
  const isOurs = options.tenantry === undefined;
  const closing = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    clearTimeout(closing.current);
    // A page that can't start shows it by the status; the rejection says the same.
    tenantry.load().catch(() => {});
    return () => {
      // The strict mode of React unmounts and mounts at once. Nothing is closed then.
      if (isOurs) closing.current = setTimeout(tenantry.close);
    };
  }, [tenantry, isOurs]);
  return tenantry;
}

/** The functions of the last render, under functions that stay. */
function withLatestFunctions(
  options: TenantryOptions,
  latest: RefObject<TenantryProviderOptions>,
): TenantryOptions {
  const now = () => (latest.current.tenantry ? options : latest.current);
  return {
    ...options,
    getIdentityToken: (params) => now().getIdentityToken(params),
    ...(options.onSignOut && { onSignOut: () => now().onSignOut?.() }),
    ...(options.routerPush && { routerPush: (to: string) => now().routerPush?.(to) }),
    ...(options.routerReplace && { routerReplace: (to: string) => now().routerReplace?.(to) }),
  };
}
