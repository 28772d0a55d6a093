import type { InvitationPreview } from "@tenantry/js";
import type { FunctionComponent, ReactNode } from "react";
import { useInvitation } from "../../hooks/useInvitation.ts";
import { useLocale } from "../../localization.tsx";
import { ErrorAlert } from "../../ui/alert.tsx";
import { CardFooter, CardHeader, CardSkeleton } from "../card.tsx";
import { type CommonProps, Root } from "../root.tsx";
import { useView } from "../state.ts";
import { type RootRef, withRef } from "../with-ref.ts";
import { AcceptActions } from "./actions.tsx";
import { useTicket } from "./ticket.ts";

export interface AcceptInvitationOptions {
  /** Where to go after accepting. Without it, the card says what happened. */
  redirectUrlComplete?: string | undefined;
  /** Default to those of the provider and of the instance. */
  signInUrl?: string | undefined;
  signUpUrl?: string | undefined;
}

export interface AcceptInvitationProps extends CommonProps, AcceptInvitationOptions {
  /** Defaults to the parameter `ticket` of the page's address. */
  ticket?: string;
}

/** Shows the invitation behind a link, and accepts or declines it when the person says so. */
export const AcceptInvitation: FunctionComponent<AcceptInvitationProps> = withRef(
  function AcceptInvitation(props: AcceptInvitationProps & RootRef): ReactNode {
    const { ticket: given, redirectUrlComplete, signInUrl, signUpUrl, ...common } = props;
    const ticket = useTicket(given);
    const { user } = useView("<AcceptInvitation>");
    return (
      <Root {...common} element="card" skeleton={<CardSkeleton />}>
        <AcceptCard
          // What one person was told isn't shown to the next one.
          key={user?.id}
          ticket={ticket}
          {...{ redirectUrlComplete, signInUrl, signUpUrl }}
        />
      </Root>
    );
  },
);

interface AcceptCardProps extends AcceptInvitationOptions {
  ticket: string | null;
}

function AcceptCard({ ticket, ...options }: AcceptCardProps): ReactNode {
  const { text, format } = useLocale();
  const words = text.acceptInvitation;
  const invitation = useInvitation(ticket);
  const { isLoading, preview, error } = invitation;
  if (isLoading) return <CardSkeleton />;
  if (!preview || ticket === null) {
    return (
      <>
        <CardHeader title={text.organizationSwitcher.invitations} />
        <ErrorAlert error={error} onRetry={() => void invitation.revalidate()} />
        {!error && <p>{words.unreadable}</p>}
        <CardFooter />
      </>
    );
  }
  return (
    <>
      <CardHeader
        title={format(words.title, { name: preview.organizationName })}
        subtitle={invited(words, preview, format)}
      />
      <AcceptActions {...options} ticket={ticket} preview={preview} invitation={invitation} />
      <CardFooter />
    </>
  );
}

function invited(
  words: { invited: string; invitedByNobody: string },
  preview: InvitationPreview,
  format: (template: string, values: Record<string, string>) => string,
): string {
  const about = { address: preview.emailAddress, role: preview.roleName };
  return preview.inviterName
    ? format(words.invited, { ...about, inviter: preview.inviterName })
    : format(words.invitedByNobody, about);
}
