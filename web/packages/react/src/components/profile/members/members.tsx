import type { MembershipOrder, OrganizationMembershipResource } from "@tenantry/js";
import { type ReactNode, useState } from "react";
import { useElement } from "../../../appearance/context.tsx";
import { useOrganization } from "../../../hooks/useOrganization.ts";
import { useLocale } from "../../../localization.tsx";
import { ErrorAlert } from "../../../ui/alert.tsx";
import { Button } from "../../../ui/button.tsx";
import { SearchField } from "../../../ui/field.tsx";
import { Icon, plus } from "../../../ui/icons.tsx";
import { Pager } from "../../../ui/pager.tsx";
import { Select } from "../../../ui/select.tsx";
import { useSettled } from "../../../ui/settled.ts";
import { RowsSkeleton } from "../../../ui/skeleton.tsx";
import { InviteDialog } from "../../invite/dialog.tsx";
import type { Shown } from "../general/general.tsx";
import { PageHeader } from "../page-header.tsx";
import { MembersTable } from "./members-table.tsx";
import { RemoveDialog } from "./remove-dialog.tsx";
import { useRoles } from "./roles.ts";

export function MembersPage({ organization, membership: own }: Shown): ReactNode {
  const element = useElement();
  const { text, count } = useLocale();
  const words = text.organizationProfile.members;
  const roles = useRoles(organization);
  const [search, setSearch] = useState("");
  const [role, setRole] = useState("");
  const [order, setOrder] = useState<MembershipOrder>({ field: "CREATED_AT", direction: "DESC" });
  const [selected, setSelected] = useState<readonly OrganizationMembershipResource[]>([]);
  const [dialog, setDialog] = useState<
    "invite" | { remove: readonly OrganizationMembershipResource[] }
  >();
  const query = useSettled(search.trim());
  const { memberships: list } = useOrganization({
    organization: organization.id,
    memberships: {
      pageSize: 10,
      keepPreviousData: true,
      orderBy: order,
      ...(query ? { query } : {}),
      ...(role ? { role: [role] } : {}),
    },
  });
  const mayManage = own.permissions.includes("org:sys_memberships:manage");
  const present = selected.filter(({ id }) => list.data.some((row) => row.id === id));

  return (
    <>
      <PageHeader title={words.title}>
        {mayManage && (
          <Button variant="primary" onClick={() => setDialog("invite")}>
            <Icon shape={plus} />
            {words.invite}
          </Button>
        )}
      </PageHeader>
      <div {...element("toolbar")}>
        <SearchField label={words.search} value={search} onText={setSearch} />
        <Select
          label={words.role}
          value={role}
          onValue={setRole}
          options={[
            { value: "", label: words.allRoles },
            ...roles.map(({ key, name }) => ({ value: key, label: name })),
          ]}
        />
        <span {...element("hint")} role="status">
          {!list.isLoading && !list.isError && count(words.count, list.count)}
        </span>
      </div>
      <ErrorAlert error={list.error} onRetry={() => void list.revalidate()} />
      {present.length > 0 && (
        <div {...element("toolbar")}>
          <Button size="small" variant="danger" onClick={() => setDialog({ remove: present })}>
            {count(words.removeSelected, present.length)}
          </Button>
        </div>
      )}
      {list.isLoading ? (
        <RowsSkeleton count={5} label={text.common.loading} />
      ) : list.data.length === 0 ? (
        !list.isError && <p {...element("empty")}>{words.empty}</p>
      ) : (
        <MembersTable
          list={list}
          own={own}
          roles={roles}
          order={order}
          onOrder={setOrder}
          selected={present}
          onSelect={setSelected}
          onRemove={(row) => setDialog({ remove: [row] })}
        />
      )}
      <Pager pages={list} />
      {dialog === "invite" && (
        <InviteDialog organization={organization} onClose={() => setDialog(undefined)} />
      )}
      {typeof dialog === "object" && (
        <RemoveDialog
          members={dialog.remove}
          organization={organization}
          onClose={() => setDialog(undefined)}
        />
      )}
    </>
  );
}
