import { type Context, createContext, type ReactNode, useContext } from "react";

/** Where overlays go: an element, or a function that finds one when an overlay opens. */
export type PortalContainer = Element | null | (() => Element | null);

const PortalContext: Context<PortalContainer> = createContext<PortalContainer>(null);

export interface PortalProviderProps {
  readonly container: PortalContainer;
  readonly children?: ReactNode;
}

/** Puts the overlays of all components inside it into another element than the body. */
export function PortalProvider({ container, children }: PortalProviderProps): ReactNode {
  return <PortalContext.Provider value={container}>{children}</PortalContext.Provider>;
}

/** Null stands for the body. */
export function usePortalContainer(): PortalContainer {
  return useContext(PortalContext);
}
