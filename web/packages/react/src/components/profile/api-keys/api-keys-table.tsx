import type { ApiKeyResource, PermissionKey } from "@tenantry/js";
import type { ReactNode } from "react";
import { useElement } from "../../../appearance/context.tsx";
import { useLocale } from "../../../localization.tsx";
import { Button } from "../../../ui/button.tsx";
import { DateText } from "../../../ui/date.tsx";
import { type Column, Table } from "../../../ui/table.tsx";
import { personName } from "../../people.ts";
import { isolate } from "./isolate.ts";
import type { NamedPermission } from "./permission-names.ts";

const DAY_IN_MS = 86_400_000;
/** An end that is nearer than this is told in days. */
const SOON_IN_DAYS = 60;
/** The number of permissions that a row shows at once. */
const SHOWN_AT_ONCE = 2;

export interface ApiKeysTableProps {
  rows: readonly ApiKeyResource[];
  nameOf: (keys: readonly PermissionKey[]) => readonly NamedPermission[];
  mayManage: boolean;
  onDialog: (kind: "edit" | "revoke", apiKey: ApiKeyResource) => void;
}

export function ApiKeysTable({ rows, nameOf, mayManage, onDialog }: ApiKeysTableProps): ReactNode {
  const { text } = useLocale();
  const words = text.organizationProfile.apiKeys;
  const columns: Column<ApiKeyResource>[] = [
    { id: "name", label: words.name, cell: (row) => <Identity apiKey={row} /> },
    {
      id: "permissions",
      label: words.permissions,
      cell: (row) => <Permissions of={row.name} all={nameOf(row.permissions)} />,
    },
    { id: "use", label: words.use, cell: (row) => <Use apiKey={row} /> },
    {
      id: "actions",
      label: text.organizationProfile.members.actions,
      isLabelHidden: true,
      cell: (row) => mayManage && isValid(row) && <Actions apiKey={row} onDialog={onDialog} />,
    },
  ];
  return <Table label={words.title} rows={rows} columns={columns} />;
}

const isValid = ({ revokedAt, expiresAt }: ApiKeyResource): boolean =>
  !revokedAt && (!expiresAt || expiresAt.getTime() > Date.now());

function Identity({ apiKey }: { apiKey: ApiKeyResource }): ReactNode {
  const { name, description, visible, createdBy, createdAt } = apiKey;
  const element = useElement();
  const { text, format, date } = useLocale();
  const words = text.organizationProfile.apiKeys;
  return (
    <div {...element("rowText")}>
      <span {...element("rowTitle")} dir="auto">
        {name}
      </span>
      {description && (
        <span {...element("hint")} dir="auto">
          {description}
        </span>
      )}
      <span {...element("hint")}>
        <code dir="ltr">{visible}…</code>
      </span>
      <span {...element("hint")}>
        {createdBy
          ? format(words.createdBy, {
              name: isolate(personName(createdBy)),
              date: date(createdAt),
            })
          : format(words.created, { date: date(createdAt) })}
      </span>
    </div>
  );
}

function Permissions(props: { of: string; all: readonly NamedPermission[] }): ReactNode {
  const element = useElement();
  const { text, format } = useLocale();
  const words = text.organizationProfile.apiKeys;
  const tags = (some: readonly NamedPermission[]): ReactNode[] =>
    some.map(({ key, name }) => (
      <span key={key} {...element("tag")} title={key}>
        {name}
      </span>
    ));
  const rest = props.all.slice(SHOWN_AT_ONCE);
  if (props.all.length === 0) return words.noPermissions;
  return (
    <div {...element("tags")}>
      {tags(props.all.slice(0, SHOWN_AT_ONCE))}
      {rest.length > 0 && (
        <details>
          <summary {...element("link")}>
            {format(words.more, { count: rest.length })}{" "}
            <span {...element("visuallyHidden")}>{format(words.moreOf, { name: props.of })}</span>
          </summary>
          <div {...element("tags")}>{tags(rest)}</div>
        </details>
      )}
    </div>
  );
}

function Use({ apiKey }: { apiKey: ApiKeyResource }): ReactNode {
  const { lastUsedAt, revokedAt } = apiKey;
  const element = useElement();
  const { text } = useLocale();
  const words = text.organizationProfile.apiKeys;
  return (
    <div {...element("rowText")}>
      <span>
        {lastUsedAt ? (
          <Dated template={words.lastUsed} date={<DateText value={lastUsedAt} />} />
        ) : (
          words.neverUsed
        )}
      </span>
      {isValid(apiKey) ? (
        <Expiry at={apiKey.expiresAt} />
      ) : (
        <span {...element("tag")} data-tone="danger">
          {revokedAt ? words.revoked : words.expired}
        </span>
      )}
    </div>
  );
}

function Expiry({ at }: { at: Date | null }): ReactNode {
  const element = useElement();
  const { text, date } = useLocale();
  const words = text.organizationProfile.apiKeys;
  if (!at) return <span {...element("hint")}>{words.doesNotExpire}</span>;
  const days = Math.floor((at.getTime() - Date.now()) / DAY_IN_MS);
  const soon = new Intl.RelativeTimeFormat(text.locale, { numeric: "auto" });
  const when = (
    <time {...element("date")} dateTime={at.toISOString()} title={date(at)}>
      {days < SOON_IN_DAYS ? soon.format(days, "day") : date(at)}
    </time>
  );
  return (
    <span {...element("hint")}>
      <Dated template={words.expiresAt} date={when} />
    </span>
  );
}

/** A sentence around a date, which stays on one line. */
function Dated({ template, date }: { template: string; date: ReactNode }): ReactNode {
  const [before, after] = template.split("{date}");
  return (
    <>
      {before}
      {date}
      {after}
    </>
  );
}

function Actions(props: {
  apiKey: ApiKeyResource;
  onDialog: ApiKeysTableProps["onDialog"];
}): ReactNode {
  const { apiKey, onDialog } = props;
  const element = useElement();
  const words = useLocale().text.organizationProfile.apiKeys;
  return (
    <div {...element("actions")}>
      {(["edit", "revoke"] as const).map((kind) => (
        <Button key={kind} size="small" variant="quiet" onClick={() => onDialog(kind, apiKey)}>
          {words[kind]} <span {...element("visuallyHidden")}>{apiKey.name}</span>
        </Button>
      ))}
    </div>
  );
}
