import type { EnrollmentMode, OrganizationDomainResource } from "@tenantry/js";
import { type ReactNode, useState } from "react";
import { useElement } from "../../../appearance/context.tsx";
import { useOrganization } from "../../../hooks/useOrganization.ts";
import { useLocale } from "../../../localization.tsx";
import { ErrorAlert } from "../../../ui/alert.tsx";
import { Button } from "../../../ui/button.tsx";
import { ConfirmDialog } from "../../../ui/confirm.tsx";
import { Icon, plus } from "../../../ui/icons.tsx";
import { Pager } from "../../../ui/pager.tsx";
import { RowsSkeleton } from "../../../ui/skeleton.tsx";
import { Table } from "../../../ui/table.tsx";
import type { Shown } from "../general/general.tsx";
import { PageHeader } from "../page-header.tsx";
import { AddDomainDialog, VerifyDomainDialog } from "./domain-dialogs.tsx";
import { EnrollmentSelect } from "./enrollment-select.tsx";

type OpenDialog =
  | { kind: "add" }
  | { kind: "verify" | "remove"; domain: OrganizationDomainResource };

export default function DomainsPage({ organization, membership }: Shown): ReactNode {
  const element = useElement();
  const { text, format } = useLocale();
  const words = text.organizationProfile.domains;
  const mayManage = membership.permissions.includes("org:sys_domains:manage");
  const [dialog, setDialog] = useState<OpenDialog>();
  const { domains: list } = useOrganization({
    organization: organization.id,
    domains: { pageSize: 10, keepPreviousData: true },
  });
  const close = (): void => setDialog(undefined);
  return (
    <>
      <PageHeader title={words.title}>
        {mayManage && (
          <Button variant="primary" onClick={() => setDialog({ kind: "add" })}>
            <Icon shape={plus} />
            {words.add}
          </Button>
        )}
      </PageHeader>
      <p {...element("cardSubtitle")}>{words.intro}</p>
      <ErrorAlert error={list.error} onRetry={() => void list.revalidate()} />
      {list.isLoading ? (
        <RowsSkeleton label={text.common.loading} />
      ) : list.data.length === 0 ? (
        !list.isError && <p {...element("empty")}>{words.empty}</p>
      ) : (
        <DomainsTable rows={list.data} mayManage={mayManage} onDialog={setDialog} />
      )}
      <Pager pages={list} />
      {dialog?.kind === "add" && (
        <AddDomainDialog
          organization={organization}
          onAdded={(domain) => setDialog({ kind: "verify", domain })}
          onClose={close}
        />
      )}
      {dialog?.kind === "verify" && <VerifyDomainDialog domain={dialog.domain} onClose={close} />}
      {dialog?.kind === "remove" && (
        <ConfirmDialog
          title={format(words.removeTitle, { name: dialog.domain.name })}
          message={words.removeMessage}
          action={words.remove}
          onConfirm={() => dialog.domain.delete()}
          onClose={close}
        />
      )}
    </>
  );
}

function DomainsTable(props: {
  rows: readonly OrganizationDomainResource[];
  mayManage: boolean;
  onDialog: (dialog: OpenDialog) => void;
}): ReactNode {
  const { mayManage, onDialog } = props;
  const element = useElement();
  const { text, format } = useLocale();
  const words = text.organizationProfile.domains;
  return (
    <Table
      label={words.title}
      rows={props.rows}
      columns={[
        {
          id: "name",
          label: words.name,
          cell: (row) => (
            <div {...element("rowText")}>
              <span {...element("rowTitle")} dir="auto">
                {row.name}
              </span>
              <span {...element("hint")} data-tone={row.verified ? "success" : undefined}>
                {row.verified ? words.verified : words.unverified}
              </span>
            </div>
          ),
        },
        {
          id: "mode",
          label: words.mode,
          cell: (row) =>
            mayManage && row.verified ? (
              <EnrollmentSelect domain={row} />
            ) : (
              modeName(words, row.enrollmentMode)
            ),
        },
        {
          id: "pending",
          label: words.pending,
          cell: (row) =>
            format(words.pendingCounts, {
              invitations: row.totalPendingInvitations,
              suggestions: row.totalPendingSuggestions,
            }),
        },
        {
          id: "actions",
          label: text.organizationProfile.members.actions,
          isLabelHidden: true,
          cell: (row) =>
            mayManage && (
              <div {...element("actions")}>
                {!row.verified && (
                  <Button size="small" onClick={() => onDialog({ kind: "verify", domain: row })}>
                    {words.verify} <span {...element("visuallyHidden")}>{row.name}</span>
                  </Button>
                )}
                <Button
                  size="small"
                  variant="quiet"
                  onClick={() => onDialog({ kind: "remove", domain: row })}
                >
                  {words.remove} <span {...element("visuallyHidden")}>{row.name}</span>
                </Button>
              </div>
            ),
        },
      ]}
    />
  );
}

const modeName = (words: Readonly<Record<EnrollmentMode, string>>, mode: EnrollmentMode): string =>
  words[mode];
