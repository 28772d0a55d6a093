import { type ReactNode, StrictMode, useEffect, useState } from "react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import { onTestFinished, vi } from "vitest";
import { TenantryProvider } from "../src/provider.tsx";
import type { FakeTenantry } from "./fake.ts";

/** Renders inside the provider and in strict mode, until the test is over. */
export function render(fake: FakeTenantry, children: ReactNode): HTMLElement {
  const container = document.body.appendChild(document.createElement("div"));
  const root = createRoot(container);
  onTestFinished(() => {
    root.unmount();
    container.remove();
  });
  flushSync(() =>
    root.render(
      <StrictMode>
        <TenantryProvider tenantry={fake.tenantry}>{children}</TenantryProvider>
      </StrictMode>,
    ),
  );
  return container;
}

export interface RenderedHook<T> {
  /** What the hook gave at the last render. */
  readonly current: T;
  /** What it gave at each committed render. */
  readonly all: readonly T[];
  /** Renders again, with other parameters. */
  rerender(use: () => T): void;
}

export function renderHook<T>(fake: FakeTenantry, use: () => T): RenderedHook<T> {
  const all: T[] = [];
  let setUse: (use: () => T) => void = () => {};
  function Probe(): ReactNode {
    const [run, setRun] = useState(() => use);
    const result = run();
    useEffect(() => {
      setUse = (next) => setRun(() => next);
      all.push(result);
    });
    return null;
  }
  render(fake, <Probe />);
  return {
    all,
    get current() {
      return all.at(-1) as T;
    },
    rerender: (next) => flushSync(() => setUse(next)),
  };
}

/** Waits for what answers, events, and renders bring. */
export function eventually<T>(check: () => T): Promise<T> {
  return vi.waitFor(check, { interval: 2, timeout: 30_000 });
}
