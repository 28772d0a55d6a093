import type { ApiKeyResource, CreatedApiKey } from "@tenantry/js";
import { type ReactNode, useState } from "react";
import { useElement } from "../../../appearance/context.tsx";
import { useOrganization } from "../../../hooks/useOrganization.ts";
import { useLocale } from "../../../localization.tsx";
import { ErrorAlert } from "../../../ui/alert.tsx";
import { Button } from "../../../ui/button.tsx";
import { Icon, plus } from "../../../ui/icons.tsx";
import { Pager } from "../../../ui/pager.tsx";
import { Select } from "../../../ui/select.tsx";
import { RowsSkeleton } from "../../../ui/skeleton.tsx";
import type { Shown } from "../general/general.tsx";
import { PageHeader } from "../page-header.tsx";
import { ApiKeysTable } from "./api-keys-table.tsx";
import { CreateKeyDialog, EditKeyDialog } from "./key-dialogs.tsx";
import { usePermissionNames } from "./permission-names.ts";
import { RevokeKeyDialog } from "./revoke-dialog.tsx";
import { SecretDialog } from "./secret-dialog.tsx";

type OpenDialog =
  | { kind: "create" }
  | { kind: "secret"; created: CreatedApiKey }
  | { kind: "edit" | "revoke"; apiKey: ApiKeyResource };

export default function ApiKeysPage({ organization, membership }: Shown): ReactNode {
  const element = useElement();
  const { text } = useLocale();
  const words = text.organizationProfile.apiKeys;
  const mayManage = membership.permissions.includes("org:sys_api_keys:manage");
  const [includeInvalid, setIncludeInvalid] = useState(false);
  const [dialog, setDialog] = useState<OpenDialog>();
  const nameOf = usePermissionNames(organization);
  const { apiKeys: list } = useOrganization({
    organization: organization.id,
    apiKeys: { pageSize: 10, keepPreviousData: true, includeInvalid },
  });
  const close = (): void => setDialog(undefined);
  const shared = { offered: nameOf?.(membership.permissions) ?? [], onClose: close };
  return (
    <>
      <PageHeader title={words.title}>
        {mayManage && (
          <Button variant="primary" onClick={() => setDialog({ kind: "create" })}>
            <Icon shape={plus} />
            {words.create}
          </Button>
        )}
      </PageHeader>
      <p {...element("cardSubtitle")}>{words.intro}</p>
      <div {...element("toolbar")}>
        <Select
          label={words.shown}
          value={includeInvalid ? "all" : "valid"}
          options={[
            { value: "valid", label: words.valid },
            { value: "all", label: words.all },
          ]}
          onValue={(value) => setIncludeInvalid(value === "all")}
        />
      </div>
      <ErrorAlert error={list.error} onRetry={() => void list.revalidate()} />
      {list.isLoading || !nameOf ? (
        <RowsSkeleton label={text.common.loading} />
      ) : list.data.length === 0 ? (
        !list.isError && <p {...element("empty")}>{words.empty}</p>
      ) : (
        <ApiKeysTable
          rows={list.data}
          nameOf={nameOf}
          mayManage={mayManage}
          onDialog={(kind, apiKey) => setDialog({ kind, apiKey })}
        />
      )}
      <Pager pages={list} />
      {dialog?.kind === "create" && (
        <CreateKeyDialog
          {...shared}
          organization={organization}
          onCreated={(created) => setDialog({ kind: "secret", created })}
        />
      )}
      {dialog?.kind === "secret" && <SecretDialog created={dialog.created} onClose={close} />}
      {dialog?.kind === "edit" && <EditKeyDialog {...shared} apiKey={dialog.apiKey} />}
      {dialog?.kind === "revoke" && <RevokeKeyDialog apiKey={dialog.apiKey} onClose={close} />}
    </>
  );
}
