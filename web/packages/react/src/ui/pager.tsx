import type { ReactNode } from "react";
import { useElement } from "../appearance/context.tsx";
import { useCoreLocale } from "../localization.tsx";
import { Button } from "./button.tsx";

export interface Pages {
  count: number;
  page: number;
  pageCount: number;
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  fetchNext: () => void;
  fetchPrevious: () => void;
}

/** The buttons to the next and the previous page, unless one page holds everything. */
export function Pager({ pages }: { pages: Pages }): ReactNode {
  const element = useElement();
  const { text, format } = useCoreLocale();
  if (pages.pageCount <= 1) return null;
  const position = format(text.common.pageOf, { page: pages.page, pages: pages.pageCount });
  return (
    <nav {...element("pager")} aria-label={text.common.pages}>
      <span role="status">{position}</span>
      <div {...element("actions")}>
        <Button size="small" disabled={!pages.hasPreviousPage} onClick={pages.fetchPrevious}>
          {text.common.previous}
        </Button>
        <Button size="small" disabled={!pages.hasNextPage} onClick={pages.fetchNext}>
          {text.common.next}
        </Button>
      </div>
    </nav>
  );
}
