import type { ReactNode } from "react";
import { useElement } from "../appearance/context.tsx";

export interface Column<Row> {
  id: string;
  /** The heading. Columns of buttons give it for screen readers only. */
  label: string;
  isLabelHidden?: boolean;
  sort?: { direction: "ascending" | "descending" | "none"; onSort: () => void };
  cell: (row: Row) => ReactNode;
}

/**
 * A table that becomes a list of cards where there is little room.
 * The roles are written out because the other layout would take them away.
 */
export function Table<Row extends { id: string }>(props: {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  isBusy?: boolean;
}): ReactNode {
  const element = useElement();
  return (
    // biome-ignore-start lint/a11y/noRedundantRoles: "display: block" removes the implicit ones.
    <table
      {...element("table")}
      role="table"
      aria-label={props.label}
      aria-busy={props.isBusy || undefined}
      data-busy={props.isBusy || undefined}
    >
      <thead role="rowgroup">
        <tr role="row">
          {props.columns.map((column) => (
            <Heading key={column.id} column={column} />
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {props.rows.map((row) => (
          <tr key={row.id} role="row">
            {props.columns.map((column) => (
              <td key={column.id} role="cell">
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
    // biome-ignore-end lint/a11y/noRedundantRoles: see above
  );
}

function Heading<Row>({ column }: { column: Column<Row> }): ReactNode {
  const element = useElement();
  const { sort } = column;
  const label = column.isLabelHidden ? (
    <span {...element("visuallyHidden")}>{column.label}</span>
  ) : (
    column.label
  );
  return (
    // biome-ignore lint/a11y/noRedundantRoles: the other layout would take the role away.
    <th role="columnheader" scope="col" aria-sort={sort?.direction}>
      {sort ? (
        <button type="button" {...element("link")} onClick={sort.onSort}>
          {label}
          {sort.direction !== "none" && (
            <span aria-hidden="true">{sort.direction === "ascending" ? " ↑" : " ↓"}</span>
          )}
        </button>
      ) : (
        label
      )}
    </th>
  );
}
