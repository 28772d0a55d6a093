import type { OrganizationMembershipResource } from "@tenantry/js";
import type { ReactNode } from "react";
import { useElement } from "../../appearance/context.tsx";
import { useCoreLocale } from "../../localization.tsx";
import { Button } from "../../ui/button.tsx";
import { SearchField } from "../../ui/field.tsx";
import { RowsSkeleton } from "../../ui/skeleton.tsx";
import type { Joined } from "../rows/invitations.tsx";
import type { Memberships } from "../rows/use-memberships.ts";

/** From this number of memberships on, there is a search field. */
const SEARCH_FROM = 10;

export interface MembershipListProps {
  memberships: Memberships;
  /** Memberships that are shown elsewhere: where their invitations stood. */
  joined: readonly Joined[];
  search: string;
  onSearch: (search: string) => void;
  renderRow: (membership: OrganizationMembershipResource) => ReactNode;
  /** Rows behind the memberships. */
  children?: ReactNode;
}

export function MembershipList(props: MembershipListProps): ReactNode {
  const { list, total } = props.memberships;
  const element = useElement();
  const { text, count, format } = useCoreLocale();
  const words = text.organizationSwitcher;
  const isSearching = props.search !== "";
  const elsewhere = new Set(props.joined.map(({ membership }) => membership.organization.id));
  const rows = list.data.filter(({ organization }) => !elsewhere.has(organization.id));
  const isEmpty = !list.isLoading && rows.length === 0;
  if (isEmpty && !isSearching && !props.children) return null;
  return (
    <div {...element("panelSection")}>
      {total >= SEARCH_FROM && (
        <SearchField label={words.search} value={props.search} onText={props.onSearch} />
      )}
      <div {...element("visuallyHidden")} role="status">
        {isSearching && !list.isLoading && count(words.results, list.count)}
      </div>
      {list.isLoading ? (
        <RowsSkeleton label={text.common.loading} />
      ) : (
        <ul {...element("list")} aria-label={words.memberships}>
          {rows.map((membership) => (
            <li key={membership.id}>{props.renderRow(membership)}</li>
          ))}
          {props.children && !isSearching && <li>{props.children}</li>}
          {list.hasNextPage && (
            <li>
              <Button
                variant="quiet"
                size="small"
                data-row=""
                isBusy={list.isFetching}
                onClick={list.fetchNext}
              >
                {words.loadMore}
              </Button>
            </li>
          )}
        </ul>
      )}
      {isEmpty && isSearching && (
        <p {...element("empty")}>{format(words.noResults, { query: props.search })}</p>
      )}
    </div>
  );
}
