import type { OrganizationInvitationResource } from "@tenantry/js";
import type { ReactNode } from "react";
import { useElement } from "../../../appearance/context.tsx";
import { useLocale } from "../../../localization.tsx";
import { useAction } from "../../../ui/action.ts";
import { ErrorAlert } from "../../../ui/alert.tsx";
import { Button } from "../../../ui/button.tsx";
import { copy, Icon } from "../../../ui/icons.tsx";
import { useToast } from "../../../ui/toast.tsx";

/** What can be done with an invitation: only a pending or expired one is sent again. */
export function InvitationActions({
  invitation,
  onRevoke,
}: {
  invitation: OrganizationInvitationResource;
  onRevoke: () => void;
}): ReactNode {
  const element = useElement();
  const { text, format } = useLocale();
  const words = text.organizationProfile.invitations;
  const toast = useToast();
  const { isBusy, error, run } = useAction();
  const { emailAddress, status, url } = invitation;
  const about = { address: emailAddress };
  const name = <span {...element("visuallyHidden")}>{emailAddress}</span>;

  const resend = async (): Promise<void> => {
    await invitation.resend();
    toast(format(words.resent, about));
  };
  const copyLink = async (): Promise<void> => {
    if (url) await navigator.clipboard.writeText(url);
    toast(words.copied);
  };
  const canBeSent = status === "pending" || status === "expired";
  if (!canBeSent) return null;
  return (
    <>
      <div {...element("actions")}>
        {url && (
          <Button size="small" variant="quiet" title={words.copyLink} onClick={() => run(copyLink)}>
            <Icon shape={copy} />
            <span {...element("visuallyHidden")}>
              {words.copyLink} {emailAddress}
            </span>
          </Button>
        )}
        <Button size="small" variant="quiet" isBusy={isBusy} onClick={() => run(resend)}>
          {words.resend} {name}
        </Button>
        {status === "pending" && (
          <Button size="small" variant="quiet" onClick={onRevoke}>
            {words.revoke} {name}
          </Button>
        )}
      </div>
      <ErrorAlert error={error} />
    </>
  );
}
