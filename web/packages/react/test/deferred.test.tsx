// @vitest-environment happy-dom
import { Component, type ComponentType, type ReactNode } from "react";
import { createRoot, hydrateRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { expect, onTestFinished, test, vi } from "vitest";
import { type Deferred, deferred } from "../src/ui/deferred.ts";
import { eventually } from "./render.tsx";

type Part = { default: ComponentType };

const PART: Part = { default: () => <b>part</b> };

function Show({ part }: { part: Deferred<ComponentType> }): ReactNode {
  const Content = part.use();
  return Content ? <Content /> : <i>waiting</i>;
}

class Boundary extends Component<{ children: ReactNode }, { error?: Error }> {
  override state: { error?: Error } = {};
  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }
  override render(): ReactNode {
    return this.state.error?.message ?? this.props.children;
  }
}

function show(children: ReactNode): HTMLElement {
  const element = document.createElement("div");
  const root = createRoot(element, { onCaughtError: () => {} });
  onTestFinished(() => root.unmount());
  root.render(children);
  return element;
}

test("a failure to load a part early is forgotten, and one to show it goes to the boundary", async () => {
  const load = vi.fn<() => Promise<Part>>();
  const [early, late] = [
    deferred(load),
    deferred((): Promise<Part> => Promise.reject(new Error("away"))),
  ];
  load.mockRejectedValueOnce(new Error("away")).mockResolvedValueOnce(PART);
  early.preload();

  const pages = [early, late].map((part) =>
    show(
      <Boundary>
        <Show part={part} />
      </Boundary>,
    ),
  );
  await eventually(() => expect(pages.map((page) => page.textContent)).toEqual(["part", "away"]));
  early.preload();
  expect(load).toHaveBeenCalledTimes(2);
});

test("a boundary that is reset loads a failed part again", async () => {
  const load = vi.fn<() => Promise<Part>>();
  load.mockRejectedValueOnce(new Error("away")).mockResolvedValueOnce(PART);
  const part = deferred(load);
  const page = document.createElement("div");
  const root = createRoot(page, { onCaughtError: () => {} });
  onTestFinished(() => root.unmount());
  const attempt = (key: string): void =>
    root.render(
      <Boundary key={key}>
        <Show part={part} />
      </Boundary>,
    );
  attempt("first");
  await eventually(() => expect(page.textContent).toBe("away"));
  attempt("second");
  await eventually(() => expect(page.textContent).toBe("part"));
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
