import { hasCode, type InvitationPreview, type OrganizationMembershipResource } from "@tenantry/js";
import { type ReactNode, useRef, useState } from "react";
import { useElement } from "../../appearance/context.tsx";
import type { UseInvitationReturn } from "../../hooks/useInvitation.ts";
import { useLocale } from "../../localization.tsx";
import { useAction } from "../../ui/action.ts";
import { ErrorAlert, Note } from "../../ui/alert.tsx";
import { Button } from "../../ui/button.tsx";
import { pageUrl } from "../../ui/urls.ts";
import { personName } from "../people.ts";
import { useView } from "../state.ts";
import type { AcceptInvitationOptions } from "./accept-invitation.tsx";

interface AcceptActionsProps extends AcceptInvitationOptions {
  ticket: string;
  preview: InvitationPreview;
  invitation: UseInvitationReturn;
}

/** What the person can do with the invitation now. */
export function AcceptActions(props: AcceptActionsProps): ReactNode {
  const { preview, invitation } = props;
  const { text } = useLocale();
  const words = text.acceptInvitation;
  const { tenantry, user } = useView("<AcceptInvitation>");
  const { isBusy, error, run } = useAction();
  const [outcome, setOutcome] = useState<"accepted" | "declined">();
  // An attempt that failed after joining, when the organization was activated, goes on from there.
  const joined = useRef<OrganizationMembershipResource>(undefined);
  if (outcome) return <Note>{words[outcome]}</Note>;
  if (preview.status !== "pending" && !joined.current) return <Note>{words[preview.status]}</Note>;
  if (!user) return <SignInOrUp {...props} />;
  if (hasCode(error, "invitation_for_another_address"))
    return <WrongPerson address={preview.emailAddress} />;
  if (hasCode(error, "invitation_requires_verified_address"))
    return <Note>{words.unverified}</Note>;

  const accept = async (): Promise<void> => {
    joined.current ??= await invitation.accept();
    const { organization } = joined.current;
    await tenantry.setActive({ organization: organization.id });
    setOutcome("accepted");
    const url = props.redirectUrlComplete;
    if (url !== undefined) tenantry.navigate(tenantry.buildUrl(url, organization));
  };
  const decline = async (): Promise<void> => {
    await invitation.decline();
    setOutcome("declined");
  };
  return (
    <Buttons
      isBusy={isBusy}
      error={error}
      preview={preview}
      onAccept={() => run(accept)}
      onDecline={() => run(decline)}
    />
  );
}

function Buttons(props: {
  isBusy: boolean;
  error: unknown;
  preview: InvitationPreview;
  onAccept: () => void;
  onDecline: () => void;
}): ReactNode {
  const element = useElement();
  const { text, format, date } = useLocale();
  const words = text.acceptInvitation;
  return (
    <>
      <p {...element("hint")}>{format(words.expires, { date: date(props.preview.expiresAt) })}</p>
      <ErrorAlert error={props.error} />
      <div {...element("actions")}>
        <Button disabled={props.isBusy} onClick={props.onDecline}>
          {words.decline}
        </Button>
        <Button variant="primary" isBusy={props.isBusy} onClick={props.onAccept}>
          {words.accept}
        </Button>
      </div>
    </>
  );
}

/** The ways to sign in and up, each with the way back to this invitation. */
function SignInOrUp({ ticket, preview, ...urls }: AcceptActionsProps): ReactNode {
  const element = useElement();
  const { text } = useLocale();
  const words = text.acceptInvitation;
  const { tenantry } = useView("<AcceptInvitation>");
  const back = new URL(location.href);
  back.searchParams.set("ticket", ticket);
  const redirectUrl = back.href;
  const links = [
    {
      label: words.signIn,
      url: urls.signInUrl ?? tenantry.buildSignInUrl({ redirectUrl }),
      next: "sign_in",
    },
    {
      label: words.signUp,
      url: urls.signUpUrl ?? tenantry.buildSignUpUrl({ redirectUrl }),
      next: "sign_up",
    },
  ];
  return (
    <div {...element("actions")}>
      {links.map(({ label, url, next }) => {
        const href = pageUrl(url);
        const variant = preview.next === next ? "primary" : "secondary";
        return (
          href && (
            <a key={next} {...element("button")} data-variant={variant} href={href}>
              {label}
            </a>
          )
        );
      })}
    </div>
  );
}

function WrongPerson({ address }: { address: string }): ReactNode {
  const { text, format } = useLocale();
  const { tenantry, user } = useView("<AcceptInvitation>");
  const name = user ? personName(user) : "";
  return (
    <Note
      actions={
        <Button size="small" onClick={() => void tenantry.signOut()}>
          {text.common.signOut}
        </Button>
      }
    >
      {format(text.acceptInvitation.wrongPerson, { address, name })}
    </Note>
  );
}
