import type { HTMLAttributes, ReactNode, Ref } from "react";
import {
  type Container,
  SurroundingsProvider,
  useElement,
  useRootAttributes,
} from "../appearance/context.tsx";
import type { Appearance, ElementName } from "../appearance/types.ts";
import { en } from "../locales/en.ts";
import type { PartialLocalization } from "../locales/types.ts";
import { LocalizationProvider } from "../localization.tsx";
import { useIsHydrated } from "../snapshot.ts";
import { ToastProvider } from "../ui/toast.tsx";
import { useView } from "./state.ts";
import type { RootRef } from "./with-ref.ts";

/** What every visible component takes. Other attributes go to its root element. */
export interface CommonProps extends Omit<HTMLAttributes<HTMLDivElement>, "children" | "onSelect"> {
  /** Merged over the appearance of the provider. */
  appearance?: Appearance | undefined;
  /** Merged over the localization of the provider. */
  localization?: PartialLocalization | undefined;
  /** Shown while loading instead of the skeleton. */
  fallback?: ReactNode;
  /** Where overlays are put into the page. Defaults to the body. */
  container?: Container | undefined;
  ref?: Ref<HTMLDivElement>;
}

export interface RootProps extends CommonProps, RootRef {
  /** The names of the root element. */
  element: ElementName;
  /** What the server and the first render show, because the rest depends on the device. */
  skeleton: ReactNode;
  children: ReactNode;
}

/** The root of a component: its appearance, its language, and a place for short messages. */
export function Root(props: RootProps): ReactNode {
  const { appearance, localization, container, fallback, skeleton, children, ...rest } = props;
  const isHydrated = useIsHydrated();
  const { isLoaded } = useView("The component");
  // Every component has a skeleton of its own; what the page gives instead of it stays until the state is there.
  const isReady = isHydrated && (isLoaded || fallback === undefined);
  return (
    <SurroundingsProvider appearance={appearance} container={container}>
      <LocalizationProvider localization={localization} base={en}>
        <RootElement {...rest}>
          <ToastProvider>
            {isReady ? children : fallback === undefined ? skeleton : fallback}
          </ToastProvider>
        </RootElement>
      </LocalizationProvider>
    </SurroundingsProvider>
  );
}

interface RootElementProps extends HTMLAttributes<HTMLDivElement>, RootRef {
  element: ElementName;
  children: ReactNode;
}

function RootElement(props: RootElementProps): ReactNode {
  const { element: name, rootRef, className, style, children, ...rest } = props;
  const element = useElement();
  const own = element(name, ["tn-root", className].filter(Boolean).join(" "));
  return (
    <div
      ref={rootRef}
      {...useRootAttributes()}
      {...rest}
      className={own.className}
      style={{ ...own.style, ...style }}
    >
      {children}
    </div>
  );
}
