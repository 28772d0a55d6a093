import type { ReactNode } from "react";
import { Link } from "wouter";

export function NoScreen(): ReactNode {
  return (
    <article className="screen">
      <h1>There is no such screen</h1>
      <p>
        Choose one on the left, or <Link href="/">begin at the start</Link>.
      </p>
    </article>
  );
}
