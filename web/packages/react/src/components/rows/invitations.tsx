import type {
  OrganizationMembershipResource,
  PublicOrganizationData,
  UserOrganizationInvitationResource,
} from "@tenantry/js";
import { type ReactNode, useState } from "react";
import { useElement } from "../../appearance/context.tsx";
import { useOrganizationList } from "../../hooks/useOrganizationList.ts";
import { useCoreLocale } from "../../localization.tsx";
import { useAction } from "../../ui/action.ts";
import { ErrorAlert, Note } from "../../ui/alert.tsx";
import { Avatar } from "../../ui/avatar.tsx";
import { Button } from "../../ui/button.tsx";
import { useToast } from "../../ui/toast.tsx";
import { OrganizationRow } from "./organizations.tsx";

export interface InvitationRowsProps {
  /** A click on a row that has become a membership. */
  onSelect: (organization: PublicOrganizationData) => void;
  /** Called as soon as an invitation is accepted. */
  onJoined: (joined: Joined) => void;
  /** The rows that have become memberships. */
  joined: readonly Joined[];
  busyId: string | null;
}

/** An invitation that was accepted, and where it stood. */
export interface Joined {
  id: string;
  index: number;
  membership: OrganizationMembershipResource;
}

/** The user's open invitations. Joining turns a row into a membership in its place. */
export function InvitationRows(props: InvitationRowsProps): ReactNode {
  const element = useElement();
  const { text } = useCoreLocale();
  const { userInvitations } = useOrganizationList({ userInvitations: { infinite: true } });
  const rows = placed(userInvitations.data, props.joined);
  // The row goes as soon as it is declined, and what the server says about it must stay.
  const [refusal, setRefusal] = useState<unknown>();
  if (rows.length === 0) return null;
  return (
    <div {...element("panelSection")}>
      <h3 {...element("sectionTitle")}>{text.organizationSwitcher.invitations}</h3>
      <ErrorAlert error={refusal} />
      <ul {...element("list")}>
        {rows.map((row) => (
          <li key={row.id}>
            {"membership" in row ? (
              <OrganizationRow
                membership={row.membership}
                isCurrent={false}
                busyId={props.busyId}
                onSelect={() => props.onSelect(row.membership.organization)}
              />
            ) : (
              <InvitationRow
                invitation={row}
                onRefusal={setRefusal}
                onJoined={(membership) =>
                  props.onJoined({
                    id: row.id,
                    index: userInvitations.data.indexOf(row),
                    membership,
                  })
                }
              />
            )}
          </li>
        ))}
        {userInvitations.hasNextPage && (
          <li>
            <Button variant="quiet" size="small" data-row="" onClick={userInvitations.fetchNext}>
              {text.organizationSwitcher.loadMore}
            </Button>
          </li>
        )}
      </ul>
    </div>
  );
}

/** The open invitations, and where accepted ones stood, their memberships. */
function placed(
  open: readonly UserOrganizationInvitationResource[],
  joined: readonly Joined[],
): (UserOrganizationInvitationResource | Joined)[] {
  const rows: (UserOrganizationInvitationResource | Joined)[] = open.filter(
    ({ id }) => !joined.some((row) => row.id === id),
  );
  for (const row of joined) rows.splice(row.index, 0, row);
  return rows;
}

function InvitationRow(props: {
  invitation: UserOrganizationInvitationResource;
  /** Called with what the server says against declining. */
  onRefusal: (error: unknown) => void;
  onJoined: (membership: OrganizationMembershipResource) => void;
}): ReactNode {
  const { invitation } = props;
  const { name, imageUrl } = invitation.publicOrganizationData;
  const element = useElement();
  const { text, format, date } = useCoreLocale();
  const words = text.organizationSwitcher;
  const toast = useToast();
  const [isDeclining, setDeclining] = useState(false);
  const { isBusy, error, run } = useAction();
  const expiry = { date: date(invitation.expiresAt) };

  const join = async (): Promise<void> => {
    props.onJoined(await invitation.accept());
    toast(format(words.joined, { name }));
  };
  if (isDeclining) {
    return (
      <Declining
        invitation={invitation}
        onRefusal={props.onRefusal}
        onCancel={() => setDeclining(false)}
      />
    );
  }
  return (
    <>
      <div {...element("row")}>
        <Avatar name={name} imageUrl={imageUrl} />
        <span {...element("rowText")}>
          <span {...element("rowTitle")} dir="auto">
            {name}
          </span>
          <span {...element("rowSubtitle")} dir="auto">
            {invitation.inviterName
              ? format(words.invitedBy, { name: invitation.inviterName, ...expiry })
              : format(words.expires, expiry)}
          </span>
        </span>
        <span {...element("rowActions")}>
          <Button
            size="small"
            variant="primary"
            data-row=""
            isBusy={isBusy}
            onClick={() => run(join)}
          >
            {words.join} <span {...element("visuallyHidden")}>{name}</span>
          </Button>
          <Button
            size="small"
            variant="quiet"
            data-row=""
            disabled={isBusy}
            onClick={() => setDeclining(true)}
          >
            {words.decline} <span {...element("visuallyHidden")}>{name}</span>
          </Button>
        </span>
      </div>
      <ErrorAlert error={error} />
    </>
  );
}

/** Asks in the row itself, because a dialog would close the panel around it. */
function Declining(props: {
  invitation: UserOrganizationInvitationResource;
  onRefusal: (error: unknown) => void;
  onCancel: () => void;
}): ReactNode {
  const { invitation, onRefusal, onCancel } = props;
  const { text, format } = useCoreLocale();
  const words = text.organizationSwitcher;
  const { name } = invitation.publicOrganizationData;
  const decline = (): void => {
    onRefusal(undefined);
    invitation.decline().catch(onRefusal);
  };
  return (
    <Note
      actions={
        <>
          <Button size="small" variant="danger" data-row="" autoFocus onClick={decline}>
            {words.decline}
          </Button>
          <Button size="small" data-row="" onClick={onCancel}>
            {text.common.cancel}
          </Button>
        </>
      }
    >
      <strong>{words.declineTitle}</strong> {format(words.declineMessage, { name })}
    </Note>
  );
}
