import {
  type OrganizationResource,
  type RoleKey,
  type SeatUsage,
  type TenantryApiError,
  TenantryError,
} from "@tenantry/js";
import { type FormEvent, type ReactNode, useState } from "react";
import { useElement } from "../../appearance/context.tsx";
import { useLocale } from "../../localization.tsx";
import { useAction } from "../../ui/action.ts";
import { ErrorAlert, Note } from "../../ui/alert.tsx";
import { Button } from "../../ui/button.tsx";
import { Select } from "../../ui/select.tsx";
import { useToast } from "../../ui/toast.tsx";
import { useRoles } from "../profile/members/roles.ts";
import { useAnswer } from "../use-answer.ts";
import { readAddresses, settle, type Token } from "./addresses.ts";
import { sendInvitations } from "./send.ts";
import { TokenField } from "./token-field.tsx";

/** The lists that change with the seats. */
const SEATS = ["billing", "memberships", "invitations"] as const;

export interface InviteFormProps {
  organization: OrganizationResource;
  role?: RoleKey;
  /** The button beside the one that sends: "Cancel" or "Skip". */
  secondary: { label: string; onClick: () => void };
  onDone: () => void;
}

export function InviteForm({
  organization,
  secondary,
  onDone,
  ...props
}: InviteFormProps): ReactNode {
  const element = useElement();
  const { text, count, format, errorMessage } = useLocale();
  const words = text.inviteMembers;
  const toast = useToast();
  const roles = useRoles(organization).filter((role) => role.isGrantable);
  const [role, setRole] = useState(props.role);
  const [tokens, setTokens] = useState<readonly Token[]>([]);
  const [typed, setTyped] = useState("");
  const [progress, setProgress] = useState(0);
  const { isBusy, error, run } = useAction();
  const seats = useAnswer(organization, SEATS, organization.getBilling).data?.seats ?? null;
  const chosen = role ?? memberRole(roles);
  const good = tokens.filter(({ fault }) => fault === null);
  const hasFaults = tokens.length > good.length;

  const send = (event: FormEvent): void => {
    event.preventDefault();
    const all = [...tokens, ...readAddresses(typed, tokens)].filter(
      ({ fault }) => fault !== "duplicate",
    );
    const addresses = all.filter(({ fault }) => fault === null).map(({ address }) => address);
    setTokens(all);
    setTyped("");
    if (addresses.length === 0) return;
    run(async () => {
      setProgress(0);
      const { sent, refused, failure } = await sendInvitations({
        organization,
        addresses,
        onProgress: setProgress,
        ...(chosen === undefined ? {} : { role: chosen }),
      });
      if (sent.size > 0) toast(count(words.sent, sent.size));
      const sentence = (refusal: TenantryApiError): string =>
        errorMessage(new TenantryError({ status: 422, errors: [refusal] }));
      // What was typed while the others were sent stays.
      setTokens((shown) => settle(shown, sent, refused, sentence));
      if (failure) throw failure;
      if (settle(all, sent, refused, sentence).length === 0) onDone();
    });
  };

  return (
    <form {...element("form")} onSubmit={send} noValidate>
      <TokenField tokens={tokens} onTokens={setTokens} typed={typed} onTyped={setTyped} />
      {roles.length > 0 && chosen !== undefined && (
        <div {...element("field")}>
          <span {...element("label")} aria-hidden="true">
            {words.role}
          </span>
          <Select
            label={words.role}
            value={chosen}
            options={roles.map(({ key, name }) => ({ value: key, label: name }))}
            onValue={setRole}
          />
        </div>
      )}
      <SeatsLeft seats={seats} />
      <ErrorAlert error={error} />
      {isBusy && good.length > 100 && (
        <progress
          {...element("progress")}
          max={good.length}
          value={progress}
          aria-label={format(words.progress, { done: progress, total: good.length })}
        />
      )}
      <div {...element("actions")}>
        <Button onClick={secondary.onClick}>{secondary.label}</Button>
        <Button
          type="submit"
          variant="primary"
          isBusy={isBusy}
          disabled={good.length === 0 && !typed.trim()}
        >
          {hasFaults && good.length > 0 ? words.sendOthers : words.send}
        </Button>
      </div>
    </form>
  );
}

/** The role with the fewest permissions is what most people get. */
function memberRole(roles: ReturnType<typeof useRoles>): RoleKey | undefined {
  return roles.toSorted((a, b) => a.permissions.length - b.permissions.length)[0]?.key;
}

function SeatsLeft({ seats }: { seats: SeatUsage | null }): ReactNode {
  const element = useElement();
  const { text, count } = useLocale();
  if (!seats || seats.available === null) return null;
  if (seats.available <= 0) return <Note>{text.inviteMembers.noSeats}</Note>;
  return <p {...element("hint")}>{count(text.inviteMembers.seatsLeft, seats.available)}</p>;
}
