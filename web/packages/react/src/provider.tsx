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
import { TenantryContext, type TenantryContextValue } from "./context.ts";

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
  return (
    <TenantryContext.Provider value={useConnection(options)}>{children}</TenantryContext.Provider>
  );
}

function useConnection(options: TenantryProviderOptions): TenantryContextValue {
  const latest = useRef(options);
  useInsertionEffect(() => {
    latest.current = options;
  });
  const [value, setValue] = useState(() => connect(options, latest));
  const isOurs = options.tenantry === undefined;
  const closing = useRef<ReturnType<typeof setTimeout>>(undefined);
  const isClosed = useRef(false);
  useEffect(() => {
    clearTimeout(closing.current);
    const { current } = latest;
    if (isClosed.current && !current.tenantry) {
      // React showed the page again after it was hidden. What a server knew is of long ago.
      isClosed.current = false;
      setValue(connect({ ...current, initialState: undefined }, latest));
      return;
    }
    const { tenantry, cache } = value;
    const disconnect = connectCache(tenantry, cache);
    // A page that can't start shows it by the status; the rejection says the same.
    tenantry.load().catch(() => {});
    return () => {
      disconnect();
      // The strict mode of React unmounts and mounts at once. Nothing is closed then.
      if (isOurs) {
        closing.current = setTimeout(() => {
          isClosed.current = true;
          tenantry.close();
        });
      }
    };
  }, [value, isOurs]);
  return value;
}

function connect(
  options: TenantryProviderOptions,
  latest: RefObject<TenantryProviderOptions>,
): TenantryContextValue {
  const tenantry = options.tenantry ?? createTenantry(withLatestFunctions(options, latest));
  return { tenantry, cache: createCache(tenantry), initialState: tenantry.state };
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
