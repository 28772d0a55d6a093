import type { InvitationStatus, OrganizationInvitationResource } from "@tenantry/js";
import { type ReactNode, useState } from "react";
import { useElement } from "../../../appearance/context.tsx";
import { useOrganization } from "../../../hooks/useOrganization.ts";
import type { Localization } from "../../../locales/types.ts";
import { useLocale } from "../../../localization.tsx";
import { ErrorAlert } from "../../../ui/alert.tsx";
import { Button } from "../../../ui/button.tsx";
import { ConfirmDialog } from "../../../ui/confirm.tsx";
import { DateText } from "../../../ui/date.tsx";
import { Icon, plus } from "../../../ui/icons.tsx";
import { Pager } from "../../../ui/pager.tsx";
import { Select } from "../../../ui/select.tsx";
import { RowsSkeleton } from "../../../ui/skeleton.tsx";
import { type Column, Table } from "../../../ui/table.tsx";
import { useToast } from "../../../ui/toast.tsx";
import { InviteDialog } from "../../invite/dialog.tsx";
import type { Shown } from "../general/general.tsx";
import { PageHeader } from "../page-header.tsx";
import { InvitationActions } from "./invitation-actions.tsx";

const STATUSES: readonly InvitationStatus[] = [
  "pending",
  "accepted",
  "declined",
  "expired",
  "revoked",
];

type Words = Localization["organizationProfile"]["invitations"];

const statusName = (words: Words, status: InvitationStatus): string =>
  words[status === "revoked" ? "revokedStatus" : status];

export function InvitationsPage({ organization }: Shown): ReactNode {
  const element = useElement();
  const { text } = useLocale();
  const words = text.organizationProfile.invitations;
  const [status, setStatus] = useState<InvitationStatus>("pending");
  const [isInviting, setInviting] = useState(false);
  // The row goes as soon as it is revoked, and what the server says about it must stay.
  const [revoking, setRevoking] = useState<OrganizationInvitationResource>();
  const { invitations: list } = useOrganization({
    organization: organization.id,
    invitations: { pageSize: 10, keepPreviousData: true, status: [status] },
  });
  return (
    <>
      <PageHeader title={words.title}>
        <Button variant="primary" onClick={() => setInviting(true)}>
          <Icon shape={plus} />
          {text.organizationProfile.members.invite}
        </Button>
      </PageHeader>
      <div {...element("toolbar")}>
        <Select
          label={words.status}
          value={status}
          options={STATUSES.map((value) => ({ value, label: statusName(words, value) }))}
          onValue={(value) => setStatus(value as InvitationStatus)}
        />
      </div>
      <ErrorAlert error={list.error} onRetry={() => void list.revalidate()} />
      {list.isLoading ? (
        <RowsSkeleton count={4} label={text.common.loading} />
      ) : list.data.length > 0 ? (
        <InvitationsTable rows={list.data} onRevoke={setRevoking} />
      ) : list.isError ? null : (
        <p {...element("empty")}>{status === "pending" ? words.empty : words.emptyFiltered}</p>
      )}
      <Pager pages={list} />
      {isInviting && (
        <InviteDialog organization={organization} onClose={() => setInviting(false)} />
      )}
      {revoking && <RevokeDialog invitation={revoking} onClose={() => setRevoking(undefined)} />}
    </>
  );
}

function RevokeDialog(props: {
  invitation: OrganizationInvitationResource;
  onClose: () => void;
}): ReactNode {
  const { text, format } = useLocale();
  const words = text.organizationProfile.invitations;
  const toast = useToast();
  const about = { address: props.invitation.emailAddress };
  return (
    <ConfirmDialog
      title={format(words.revokeTitle, about)}
      message={words.revokeMessage}
      action={words.revoke}
      onConfirm={async () => {
        await props.invitation.revoke();
        toast(format(words.revoked, about));
      }}
      onClose={props.onClose}
    />
  );
}

function InvitationsTable({
  rows,
  onRevoke,
}: {
  rows: readonly OrganizationInvitationResource[];
  onRevoke: (invitation: OrganizationInvitationResource) => void;
}): ReactNode {
  const element = useElement();
  const { text } = useLocale();
  const words = text.organizationProfile.invitations;
  const columns: Column<OrganizationInvitationResource>[] = [
    {
      id: "address",
      label: words.address,
      cell: (row) => (
        <div {...element("rowText")}>
          <span>{row.emailAddress}</span>
          <span {...element("hint")}>{row.roleName}</span>
        </div>
      ),
    },
    {
      id: "sent",
      label: words.sentBy,
      cell: (row) => (
        <div {...element("rowText")}>
          <span>{row.inviterName ?? "–"}</span>
          <span {...element("hint")}>
            <DateText value={row.createdAt} />
          </span>
        </div>
      ),
    },
    { id: "expires", label: words.expires, cell: (row) => <DateText value={row.expiresAt} /> },
    { id: "mail", label: words.mail, cell: (row) => <MailState invitation={row} /> },
    {
      id: "actions",
      label: text.organizationProfile.members.actions,
      isLabelHidden: true,
      cell: (row) => <InvitationActions invitation={row} onRevoke={() => onRevoke(row)} />,
    },
  ];
  return <Table label={words.title} columns={columns} rows={rows} />;
}

function MailState({ invitation }: { invitation: OrganizationInvitationResource }): ReactNode {
  const element = useElement();
  const words = useLocale().text.organizationProfile.invitations;
  const { mail } = invitation;
  if (!mail) return "–";
  const { label, tone } = {
    not_requested: { label: words.mailNone, tone: undefined },
    queued: { label: words.mailQueued, tone: "warning" },
    sent: { label: words.mailSent, tone: "success" },
    failed: { label: words.mailFailed, tone: "danger" },
  }[mail.status];
  return (
    <span {...element("tag")} data-tone={tone} title={mail.lastError ?? undefined}>
      {label}
    </span>
  );
}
