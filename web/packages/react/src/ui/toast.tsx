import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useRef,
  useState,
} from "react";
import { useElement, useRootAttributes } from "../appearance/context.tsx";

const ToastContext = createContext<(message: string) => void>(() => {});

/** Says in a few words that something is done: to be read for some seconds, and to be heard. */
export const useToast = (): ((message: string) => void) => useContext(ToastContext);

const SHOWN_FOR_MS = 5_000;

export function ToastProvider({ children }: { children: ReactNode }): ReactNode {
  const element = useElement();
  const root = useRootAttributes();
  const box = useRef<HTMLDivElement>(null);
  const [toast, setToast] = useState<{ message: string; key: number }>();
  const show = useCallback((message: string) => {
    setToast((before) => ({ message, key: (before?.key ?? 0) + 1 }));
  }, []);

  useEffect(() => {
    if (!toast) return;
    // Shown again, it comes in front of a dialog that was opened meanwhile.
    box.current?.showPopover();
    const timer = setTimeout(() => setToast(undefined), SHOWN_FOR_MS);
    return () => clearTimeout(timer);
  }, [toast]);

  return (
    <ToastContext.Provider value={show}>
      {children}
      <div {...element("visuallyHidden")} role="status">
        {toast?.message}
      </div>
      {toast && (
        <div
          key={toast.key}
          ref={box}
          popover="manual"
          aria-hidden="true"
          {...root}
          {...element("toast", "tn-root")}
        >
          {toast.message}
        </div>
      )}
    </ToastContext.Provider>
  );
}
