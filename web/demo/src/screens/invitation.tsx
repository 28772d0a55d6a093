import { AcceptInvitation } from "@tenantry/react";
import { Screen } from "../layout/screen.tsx";
import source from "./invitation.tsx?raw";

/** The page that the link of an invitation leads to. The component takes the ticket from the address. */
export function InvitationScreen() {
  return (
    <Screen
      path="/mailbox"
      lead="Your product’s own page for invitations. It says who invites whom to what, and waits for a decision."
      files={[{ name: "invitation.tsx", source }]}
    >
      <AcceptInvitation signInUrl="/demo/" signUpUrl="/demo/" redirectUrlComplete="/demo/orgs" />
    </Screen>
  );
}
