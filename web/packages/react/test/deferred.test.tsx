// @vitest-environment happy-dom
import type { ComponentType, ReactNode } from "react";
import { createRoot, hydrateRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { type Deferred, deferred } from "../src/ui/deferred.ts";
import { eventually } from "./render.tsx";

afterEach(() => void vi.unstubAllGlobals());

type Part = { default: ComponentType };

const PART: Part = { default: () => <b>part</b> };

function Show({ part }: { part: Deferred<ComponentType> }): ReactNode {
  const { part: Content, reload } = part.use();
  if (Content) return <Content />;
  return reload ? (
    <button type="button" onClick={reload}>
      again
    </button>
  ) : (
    <i>waiting</i>
  );
}

function show(children: ReactNode): HTMLElement {
  const element = document.createElement("div");
  const root = createRoot(element);
  onTestFinished(() => root.unmount());
  root.render(children);
  return element;
}

test("a failure to load a part early is forgotten", async () => {
  const load = vi.fn<() => Promise<Part>>();
  load.mockRejectedValueOnce(new Error("away")).mockResolvedValueOnce(PART);
  const part = deferred(load);
  part.preload();

  const page = show(<Show part={part} />);
  await eventually(() => expect(page.textContent).toBe("part"));
  part.preload();
  expect(load).toHaveBeenCalledTimes(2);
});

test("a part that couldn't be loaded is loaded again, or else the page where it can be", async () => {
  const load = vi.fn<() => Promise<Part>>(async () => PART);
  const away = new Error("away");
  for (let failure = 0; failure < 3; failure += 1) load.mockRejectedValueOnce(away);
  const [report, reload] = [vi.fn(), vi.fn()];
  vi.stubGlobal("reportError", report);
  vi.stubGlobal("location", { reload });
  vi.stubGlobal("navigator", { onLine: false });
  const part = deferred(load);
  const page = show(<Show part={part} />);
  const press = async (attempt: number): Promise<void> => {
    await eventually(() => expect(page.textContent).toBe("again"));
    page.querySelector("button")?.click();
    await eventually(() => expect(load).toHaveBeenCalledTimes(attempt));
  };
  await press(2);
  vi.stubGlobal("navigator", { onLine: true });
  expect(reload).not.toHaveBeenCalled();
  await press(3);
  await eventually(() => expect(reload).toHaveBeenCalledTimes(1));
  await press(4);
  await eventually(() => expect(page.textContent).toBe("part"));
  expect(reload).toHaveBeenCalledTimes(1);
  expect(report.mock.calls).toEqual([[away]]);
});

test("a part that another place has loaded is there at once after a failure", async () => {
  const load = vi.fn<() => Promise<Part>>();
  load.mockRejectedValueOnce(new Error("away")).mockResolvedValueOnce(PART);
  vi.stubGlobal("reportError", () => {});
  const part = deferred(load);
  const failed = show(<Show part={part} />);
  await eventually(() => expect(failed.textContent).toBe("again"));
  const shown = show(<Show part={part} />);
  await eventually(() => expect(shown.textContent).toBe("part"));
  failed.querySelector("button")?.click();
  await eventually(() => expect(failed.textContent).toBe("part"));
});

test("a page from a server shows the fallback first, even where the part is there", async () => {
  const part = deferred(async () => PART);
  const shown = show(<Show part={part} />);
  await eventually(() => expect(shown.textContent).toBe("part"));

  const element = document.createElement("div");
  element.innerHTML = renderToString(<Show part={part} />);
  expect(element.textContent).toBe("waiting");
  const errors: unknown[] = [];
  const root = hydrateRoot(element, <Show part={part} />, {
    onRecoverableError: (error) => errors.push(error),
  });
  onTestFinished(() => root.unmount());
  await eventually(() => expect(element.textContent).toBe("part"));
  expect(errors).toEqual([]);
});
