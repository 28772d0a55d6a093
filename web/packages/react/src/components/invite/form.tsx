import {
  type OrganizationResource,
  type RoleKey,
  type SeatUsage,
  type TenantryApiError,
  TenantryError,
} from "@tenantry/js";
import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import { useElement } from "../../appearance/context.tsx";
import { useLocale } from "../../localization.tsx";
import { useAction } from "../../ui/action.ts";
import { ErrorAlert, Note } from "../../ui/alert.tsx";
import { Button } from "../../ui/button.tsx";
import { Select } from "../../ui/select.tsx";
import { useToast } from "../../ui/toast.tsx";
import { useRoles } from "../profile/roles.ts";
import { markRefused, readAddresses, type Token } from "./addresses.ts";
import { refusedIn, sendInvitations } from "./send.ts";
import { TokenField } from "./token-field.tsx";

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
  const seats = useSeats(organization);
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
      const mark = (refused: ReturnType<typeof refusedIn>): readonly Token[] => {
        const sentence = ([address, refusal]: [string, TenantryApiError]): [string, string] => [
          address,
          errorMessage(new TenantryError({ status: 422, errors: [refusal] })),
        ];
        return markRefused(all, new Map([...refused].map(sentence)));
      };
      try {
        const sent = await sendInvitations({
          organization,
          addresses,
          onProgress: setProgress,
          ...(chosen === undefined ? {} : { role: chosen }),
        });
        if (sent.count > 0) toast(count(words.sent, sent.count));
        const left = mark(sent.refused).filter(({ fault }) => fault !== null);
        setTokens(left);
        if (left.length === 0) onDone();
      } catch (refusal) {
        const refused = refusedIn(refusal);
        setTokens(mark(refused));
        if (refused.size === 0) throw refusal;
      }
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

function useSeats({
  getBilling,
  membersCount,
  pendingInvitationsCount,
}: OrganizationResource): SeatUsage | null {
  const [seats, setSeats] = useState<SeatUsage | null>(null);
  useEffect(() => {
    let isOver = false;
    // Without an answer nothing is said about seats; the server refuses what is too much.
    getBilling().then(
      (billing) => !isOver && setSeats(billing.seats),
      () => {},
    );
    return () => {
      isOver = true;
    };
    // The counts change live, and with them the seats.
  }, [getBilling, membersCount, pendingInvitationsCount]);
  return seats;
}

function SeatsLeft({ seats }: { seats: SeatUsage | null }): ReactNode {
  const element = useElement();
  const { text, count } = useLocale();
  if (!seats || seats.available === null) return null;
  if (seats.available <= 0) return <Note>{text.inviteMembers.noSeats}</Note>;
  return <p {...element("hint")}>{count(text.inviteMembers.seatsLeft, seats.available)}</p>;
}
