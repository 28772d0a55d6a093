import { TenantryDegraded, TenantryFailed, useTenantry } from "@tenantry/react";
import { type ReactNode, useEffect, useRef } from "react";
import { Link, useLocation } from "wouter";
import icon from "../icon.svg";
import { PersonMenu } from "./person-menu.tsx";
import { PAGES, SCREENS } from "./screens.ts";

/** What surrounds every screen. */
export function Frame({ children }: { children: ReactNode }): ReactNode {
  return (
    <div className="frame">
      <header className="top">
        <Link href="/" className="brand">
          <img src={icon} alt="" width="24" height="24" />
          Tenantry <span>demo</span>
        </Link>
        <PersonMenu />
      </header>
      <Navigation />
      <main className="main">
        <TenantryFailed>
          <FailedNotice />
        </TenantryFailed>
        <TenantryDegraded>
          <p className="notice" role="status">
            The server doesn’t answer. What you see is the last known state; the page tries again.
          </p>
        </TenantryDegraded>
        {children}
      </main>
    </div>
  );
}

function FailedNotice(): ReactNode {
  const tenantry = useTenantry();
  return (
    <p className="notice" role="alert">
      {tenantry.state.error?.message}
    </p>
  );
}

function Navigation(): ReactNode {
  const [location] = useLocation();
  const list = useRef<HTMLOListElement>(null);
  // On a narrow screen, the list scrolls sideways.
  useEffect(() => {
    const current = list.current?.querySelector<HTMLElement>("[aria-current]");
    if (list.current && current) list.current.scrollLeft = current.offsetLeft - 16;
  }, [location]);
  return (
    <nav className="navigation" aria-label="Screens">
      <ol ref={list}>
        {SCREENS.map(({ path, label }) => (
          <li key={path}>
            <Link href={path} aria-current={isCurrent(location, path) ? "page" : undefined}>
              {label}
            </Link>
          </li>
        ))}
      </ol>
      <ul>
        {PAGES.map(({ href, label }) => (
          <li key={href}>
            <a href={href} target="_blank" rel="noreferrer">
              {label}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function isCurrent(location: string, path: string): boolean {
  return path === "/" ? location === "/" : `${location}/`.startsWith(`${path}/`);
}
