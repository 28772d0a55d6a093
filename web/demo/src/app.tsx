import type { ReactNode } from "react";
import { Route, Router, Switch } from "wouter";
import { Connection } from "./connection.tsx";
import { Frame } from "./layout/frame.tsx";
import { PersonProvider, usePerson } from "./person.tsx";
import { BASE } from "./router.ts";
import { CustomScreen } from "./screens/custom.tsx";
import { InvitationScreen } from "./screens/invitation.tsx";
import { LiveScreen } from "./screens/live.tsx";
import { LiveWindow } from "./screens/live-window.tsx";
import { MailboxScreen } from "./screens/mailbox.tsx";
import { NoScreen } from "./screens/no-screen.tsx";
import { PeopleScreen } from "./screens/people.tsx";
import { PermissionsScreen } from "./screens/permissions.tsx";
import { PrebuiltScreen } from "./screens/prebuilt.tsx";
import { SlugsScreen } from "./screens/slugs.tsx";
import { TaskScreen } from "./screens/task.tsx";

export function App(): ReactNode {
  return (
    <Router base={BASE}>
      <Switch>
        <Route path="/window/:slug">{({ slug }) => <LiveWindow slug={slug} />}</Route>
        <Route>
          <PersonProvider>
            <Connected />
          </PersonProvider>
        </Route>
      </Switch>
    </Router>
  );
}

/** Another person is another connection, so nothing of the one before stays. */
function Connected(): ReactNode {
  const { email, count, choose } = usePerson();
  return (
    <Connection key={count} email={email} onSignOut={() => choose(null)}>
      <Frame>
        <Screens />
      </Frame>
    </Connection>
  );
}

function Screens(): ReactNode {
  return (
    <Switch>
      <Route path="/" component={PeopleScreen} />
      <Route path="/custom/*?" component={CustomScreen} />
      <Route path="/prebuilt" component={PrebuiltScreen} />
      <Route path="/orgs/:slug?">{({ slug }) => <SlugsScreen slug={slug} />}</Route>
      <Route path="/permissions" component={PermissionsScreen} />
      <Route path="/task" component={TaskScreen} />
      <Route path="/mailbox" component={MailboxScreen} />
      <Route path="/invitation" component={InvitationScreen} />
      <Route path="/live" component={LiveScreen} />
      <Route component={NoScreen} />
    </Switch>
  );
}
