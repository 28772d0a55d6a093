import type { TenantryEvent } from "@tenantry/js";
import { type ReactNode, useState } from "react";
import { useElement } from "../../../appearance/context.tsx";
import { useOrganization } from "../../../hooks/useOrganization.ts";
import type { Localization } from "../../../locales/types.ts";
import { useLocale } from "../../../localization.tsx";
import { ErrorAlert } from "../../../ui/alert.tsx";
import { Button } from "../../../ui/button.tsx";
import { DateText } from "../../../ui/date.tsx";
import { Select } from "../../../ui/select.tsx";
import { RowsSkeleton } from "../../../ui/skeleton.tsx";
import { Table } from "../../../ui/table.tsx";
import { personName } from "../../people.ts";
import type { Shown } from "../general/general.tsx";
import { PageHeader } from "../page-header.tsx";
import { useActivity } from "./use-activity.ts";

type Words = Localization["organizationProfile"]["activity"];
type Told = Extract<keyof Words, TenantryEvent["type"]>;

const KINDS = {
  organization: ["ORGANIZATION_"],
  members: ["MEMBERSHIP_CREATED", "MEMBERSHIP_UPDATED", "MEMBERSHIP_DELETED"],
  invitations: ["INVITATION_"],
  domains: ["DOMAIN_", "MEMBERSHIP_REQUEST_"],
  apiKeys: ["API_KEY_"],
} as const;

type Kind = keyof typeof KINDS;

const SHOWN_AT_ONCE = 25;

/** What happened in the organization, in words, newest first and live. */
export default function ActivityPage({ organization }: Shown): ReactNode {
  const element = useElement();
  const { text, format } = useLocale();
  const words = text.organizationProfile.activity;
  const [kind, setKind] = useState<Kind | "">("");
  const [shown, setShown] = useState(SHOWN_AT_ONCE);
  const { events, isLoading, error, reload } = useActivity(organization);
  const { memberships } = useOrganization({
    organization: organization.id,
    memberships: { pageSize: 100 },
  });
  const names = new Map(
    memberships.data.map(({ publicUserData: user }) => [user.userId, personName(user)]),
  );
  const rows = events.filter(
    (event) =>
      event.type in words && (!kind || KINDS[kind].some((prefix) => event.type.startsWith(prefix))),
  );
  return (
    <>
      <PageHeader title={words.title} />
      <div {...element("toolbar")}>
        <Select
          label={words.kind}
          value={kind}
          options={[
            { value: "", label: words.all },
            ...(Object.keys(KINDS) as Kind[]).map((value) => ({ value, label: words[value] })),
          ]}
          onValue={(value) => setKind(value as Kind | "")}
        />
      </div>
      <ErrorAlert error={error} onRetry={reload} />
      {isLoading && rows.length === 0 && <RowsSkeleton count={5} label={text.common.loading} />}
      {!isLoading && !error && rows.length === 0 && <p {...element("empty")}>{words.empty}</p>}
      {rows.length > 0 && (
        <Table
          label={words.title}
          rows={rows.slice(0, shown)}
          columns={[
            { id: "what", label: words.what, cell: (event) => sentence(words, event, format) },
            { id: "who", label: words.who, cell: (event) => actorName(words, event, names) },
            {
              id: "when",
              label: words.when,
              cell: (event) => <DateText value={event.occurredAt} hasTime />,
            },
          ]}
        />
      )}
      {rows.length > shown && (
        <div {...element("actions")}>
          <Button size="small" onClick={() => setShown(shown + SHOWN_AT_ONCE)}>
            {words.more}
          </Button>
        </div>
      )}
    </>
  );
}

function sentence(
  words: Words,
  event: TenantryEvent,
  format: (template: string, values: Record<string, string | number>) => string,
): string {
  const told = words[event.type as Told];
  return format(told, { name: subject(event) ?? words.someone, role: roleName(event) ?? "–" });
}

/** Whom or what the event is about, from the object as it was then. */
function subject({ data }: TenantryEvent): string | undefined {
  const person = data.public_user_data;
  const ofPerson = isRecord(person) ? fullName(person) : undefined;
  return ofPerson ?? textOf(data.email_address) ?? textOf(data.name);
}

function fullName(person: Readonly<Record<string, unknown>>): string | undefined {
  const name = [textOf(person.first_name), textOf(person.last_name)].filter(Boolean).join(" ");
  return name || textOf(person.identifier);
}

const roleName = ({ data }: TenantryEvent): string | undefined =>
  textOf(data.role_name) ?? textOf(data.role);

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" ? value : undefined;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/** The acting member. Somebody who has left, or is beyond the first hundred, has no name here. */
function actorName(
  words: Words,
  { actor }: TenantryEvent,
  names: ReadonlyMap<string, string>,
): string {
  if (actor.type === "API_KEY") return words.apiKey;
  if (actor.type !== "USER") return words.service;
  return names.get(actor.id ?? "") ?? words.someone;
}
