import type { OrganizationMembershipRequestResource } from "@tenantry/js";
import { type ReactNode, useState } from "react";
import { useElement } from "../../../appearance/context.tsx";
import { useOrganization } from "../../../hooks/useOrganization.ts";
import { useLocale } from "../../../localization.tsx";
import { useAction } from "../../../ui/action.ts";
import { ErrorAlert } from "../../../ui/alert.tsx";
import { Button } from "../../../ui/button.tsx";
import { DateText } from "../../../ui/date.tsx";
import { Pager } from "../../../ui/pager.tsx";
import { RowsSkeleton } from "../../../ui/skeleton.tsx";
import { Table } from "../../../ui/table.tsx";
import { useToast } from "../../../ui/toast.tsx";
import { personName } from "../../people.ts";
import { Person } from "../../person.tsx";
import type { Shown } from "../general/general.tsx";
import { PageHeader } from "../page-header.tsx";

/** People who ask to join, because of the domain of their address. */
export default function RequestsPage({ organization }: Shown): ReactNode {
  const element = useElement();
  const { text } = useLocale();
  const words = text.organizationProfile.requests;
  const { membershipRequests: list } = useOrganization({
    organization: organization.id,
    membershipRequests: { pageSize: 10, keepPreviousData: true },
  });
  // The row goes as soon as it is answered, and what the server says about it must stay.
  const [refusal, setRefusal] = useState<unknown>();
  return (
    <>
      <PageHeader title={words.title} />
      <ErrorAlert error={refusal} />
      <ErrorAlert error={list.error} onRetry={() => void list.revalidate()} />
      {list.isLoading ? (
        <RowsSkeleton label={text.common.loading} />
      ) : list.data.length === 0 ? (
        !list.isError && <p {...element("empty")}>{words.empty}</p>
      ) : (
        <Table
          label={words.title}
          rows={list.data}
          columns={[
            {
              id: "person",
              label: words.person,
              cell: (row) => <Person user={row.publicUserData} />,
            },
            { id: "asked", label: words.asked, cell: (row) => <DateText value={row.createdAt} /> },
            {
              id: "actions",
              label: text.organizationProfile.members.actions,
              isLabelHidden: true,
              cell: (row) => <RequestActions request={row} onRefusal={setRefusal} />,
            },
          ]}
        />
      )}
      <Pager pages={list} />
    </>
  );
}

function RequestActions({
  request,
  onRefusal,
}: {
  request: OrganizationMembershipRequestResource;
  onRefusal: (error: unknown) => void;
}): ReactNode {
  const element = useElement();
  const { text, format } = useLocale();
  const words = text.organizationProfile.requests;
  const toast = useToast();
  const { isBusy, run } = useAction();
  const name = personName(request.publicUserData);
  const settle = (change: () => Promise<unknown>, message: string): void => {
    onRefusal(undefined);
    run(() => change().then(() => toast(format(message, { name })), onRefusal));
  };
  return (
    <div {...element("actions")}>
      <Button
        size="small"
        variant="primary"
        isBusy={isBusy}
        onClick={() => settle(request.accept, words.accepted)}
      >
        {words.accept} <span {...element("visuallyHidden")}>{name}</span>
      </Button>
      <Button size="small" disabled={isBusy} onClick={() => settle(request.reject, words.rejected)}>
        {words.reject} <span {...element("visuallyHidden")}>{name}</span>
      </Button>
    </div>
  );
}
