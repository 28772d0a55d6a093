import { type ReactNode, useEffect } from "react";
import { Code, type SourceFile } from "./code.tsx";
import { SCREENS } from "./screens.ts";

interface ScreenProps {
  /** The path of the screen in the navigation. */
  path: (typeof SCREENS)[number]["path"];
  /** What the screen shows, in a sentence or two. */
  lead: ReactNode;
  /** What to click. */
  steps?: readonly ReactNode[];
  files: readonly SourceFile[];
  /** Gives the real thing the whole width, below the code. */
  isWide?: boolean;
  children: ReactNode;
}

/** A title, what to try, the real thing, and the code that makes it. */
export function Screen({
  path,
  lead,
  steps = [],
  files,
  isWide,
  children,
}: ScreenProps): ReactNode {
  const index = SCREENS.findIndex((screen) => screen.path === path);
  const label = SCREENS[index]?.label ?? "";
  useEffect(() => {
    document.title = `${label} · Tenantry demo`;
  }, [label]);
  return (
    <article className="screen">
      <header className="screen-header">
        <p className="screen-number">
          {index + 1} of {SCREENS.length}
        </p>
        <h1>{label}</h1>
        <p className="lead">{lead}</p>
      </header>
      <div className="screen-columns" data-wide={isWide || undefined}>
        <div className="screen-side">
          {steps.length > 0 && (
            <section className="steps" aria-label="Try this">
              <h2>Try this</h2>
              <ol>
                {steps.map((step, position) => (
                  <li key={position}>{step}</li>
                ))}
              </ol>
            </section>
          )}
          {!isWide && <div className="stage">{children}</div>}
        </div>
        <Code files={files} />
        {isWide && <div className="stage">{children}</div>}
      </div>
    </article>
  );
}
