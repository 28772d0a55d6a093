import { AcceptInvitation } from "@tenantry/react";

/** The component takes the ticket out of the address of the page. */
export function InvitationPage() {
  return (
    <AcceptInvitation
      signInUrl="/demo/"
      signUpUrl="/demo/"
      redirectUrlComplete="/demo/orgs"
    />
  );
}
