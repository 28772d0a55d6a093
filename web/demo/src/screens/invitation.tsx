import type { ReactNode } from "react";
import { InvitationPage } from "../examples/InvitationPage.tsx";
import source from "../examples/InvitationPage.tsx?raw";
import { Screen } from "../layout/screen.tsx";

const FILES = [{ name: "InvitationPage.tsx", source }];

export function InvitationScreen(): ReactNode {
  return (
    <Screen
      path="/mailbox"
      lead="Your product’s own page for invitations. It says who invites whom to what, and waits for a decision."
      files={FILES}
    >
      <InvitationPage />
    </Screen>
  );
}
