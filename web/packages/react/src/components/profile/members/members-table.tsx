import type { MembershipOrder, OrganizationMembershipResource, RoleResource } from "@tenantry/js";
import type { ReactNode } from "react";
import { useElement } from "../../../appearance/context.tsx";
import type { PaginatedResources } from "../../../cache/pages.ts";
import { useLocale } from "../../../localization.tsx";
import { Button } from "../../../ui/button.tsx";
import { DateText } from "../../../ui/date.tsx";
import { type Column, Table } from "../../../ui/table.tsx";
import { personName } from "../../people.ts";
import { Person } from "../../person.tsx";
import { RoleCell } from "./role-cell.tsx";

export interface MembersTableProps {
  list: PaginatedResources<OrganizationMembershipResource>;
  /** The viewer's own membership. */
  own: OrganizationMembershipResource;
  roles: readonly RoleResource[];
  order: MembershipOrder;
  onOrder: (order: MembershipOrder) => void;
  selected: readonly OrganizationMembershipResource[];
  onSelect: (selected: readonly OrganizationMembershipResource[]) => void;
  onRemove: (membership: OrganizationMembershipResource) => void;
}

export function MembersTable(props: MembersTableProps): ReactNode {
  const { list, own } = props;
  const { text } = useLocale();
  const words = text.organizationProfile.members;
  const mayManage = own.permissions.includes("org:sys_memberships:manage");
  const columns: Column<OrganizationMembershipResource>[] = [
    {
      id: "member",
      label: words.member,
      sort: sortBy("FIRST_NAME", props),
      cell: (row) => <Person user={row.publicUserData} isViewer={row.id === own.id} />,
    },
    {
      id: "joined",
      label: words.joined,
      sort: sortBy("CREATED_AT", props),
      cell: (row) => <DateText value={row.createdAt} />,
    },
    {
      id: "role",
      label: words.role,
      cell: (row) => (
        <RoleCell membership={row} roles={props.roles} mayManage={mayManage} list={list} />
      ),
    },
  ];
  if (mayManage) {
    columns.unshift({
      id: "select",
      label: words.select.replace("{name}", ""),
      isLabelHidden: true,
      cell: (row) => row.id !== own.id && <Selection row={row} {...props} />,
    });
    columns.push({
      id: "actions",
      label: words.actions,
      isLabelHidden: true,
      cell: (row) => row.id !== own.id && <RemoveButton row={row} onRemove={props.onRemove} />,
    });
  }
  return (
    <Table
      label={words.title}
      columns={columns}
      rows={list.data}
      isBusy={list.isFetching && list.isLoading}
    />
  );
}

function sortBy(
  field: MembershipOrder["field"],
  { order, onOrder }: Pick<MembersTableProps, "order" | "onOrder">,
): NonNullable<Column<OrganizationMembershipResource>["sort"]> {
  const isUp = order.direction === "ASC";
  const isSorted = order.field === field;
  return {
    direction: isSorted ? (isUp ? "ascending" : "descending") : "none",
    onSort: () => onOrder({ field, direction: isSorted && isUp ? "DESC" : "ASC" }),
  };
}

function Selection(
  props: Pick<MembersTableProps, "selected" | "onSelect"> & { row: OrganizationMembershipResource },
): ReactNode {
  const { row, selected, onSelect } = props;
  const element = useElement();
  const { text, format } = useLocale();
  const others = selected.filter(({ id }) => id !== row.id);
  return (
    <input
      type="checkbox"
      {...element("checkbox")}
      aria-label={format(text.organizationProfile.members.select, {
        name: personName(row.publicUserData),
      })}
      checked={others.length < selected.length}
      onChange={(event) => onSelect(event.target.checked ? [...others, row] : others)}
    />
  );
}

function RemoveButton(props: {
  row: OrganizationMembershipResource;
  onRemove: (membership: OrganizationMembershipResource) => void;
}): ReactNode {
  const element = useElement();
  const { text } = useLocale();
  return (
    <Button size="small" variant="quiet" onClick={() => props.onRemove(props.row)}>
      {text.organizationProfile.members.remove}{" "}
      <span {...element("visuallyHidden")}>{personName(props.row.publicUserData)}</span>
    </Button>
  );
}
