import type { ReactNode } from "react";
import { useElement } from "../appearance/context.tsx";
import { useCoreLocale } from "../localization.tsx";

/** A day in the reader's language, or a moment of it, on one line. */
export function DateText({ value, hasTime }: { value: Date; hasTime?: boolean }): ReactNode {
  const element = useElement();
  const { date, dateTime } = useCoreLocale();
  return (
    <time {...element("date")} dateTime={value.toISOString()}>
      {hasTime ? dateTime(value) : date(value)}
    </time>
  );
}
