import { type FunctionComponent, type ReactNode, useRef, useState } from "react";
import { useElement } from "../../appearance/context.tsx";
import { useLocale } from "../../localization.tsx";
import { Note } from "../../ui/alert.tsx";
import { CardFooter, CardHeader, CardSkeleton } from "../card.tsx";
import { CreateOrganizationFlow } from "../create/flow.tsx";
import { Chooser, useHasChoice } from "../list/chooser.tsx";
import { personName } from "../people.ts";
import { type CommonProps, Root } from "../root.tsx";
import { useView, warnOnce } from "../state.ts";
import { type RootRef, withRef } from "../with-ref.ts";

export interface TaskChooseOrganizationProps extends CommonProps {
  /** Where to go once an organization is chosen, created, or joined. */
  redirectUrlComplete: string;
}

/** The page of the task `choose-organization`, which a session has until an organization is active. */
export const TaskChooseOrganization: FunctionComponent<TaskChooseOrganizationProps> = withRef(
  function TaskChooseOrganization(props: TaskChooseOrganizationProps & RootRef): ReactNode {
    const { redirectUrlComplete, ...common } = props;
    const { isLoaded, session } = useView("<TaskChooseOrganization>");
    const isOpen = session?.currentTask?.key === "choose-organization";
    // Once it has begun, the page stays until it is done, though the task itself ends with the switch.
    const hasBegun = useRef(false);
    hasBegun.current ||= isOpen;
    if (isLoaded && !hasBegun.current) {
      warnOnce(
        session
          ? "<TaskChooseOrganization> shows nothing because the session has no task `choose-organization`."
          : "<TaskChooseOrganization> shows nothing because nobody is signed in.",
      );
      return null;
    }
    return (
      <Root {...common} element="card" skeleton={<CardSkeleton />}>
        {isLoaded ? <TaskCard redirectUrl={redirectUrlComplete} /> : <CardSkeleton />}
      </Root>
    );
  },
);

/** The screen is chosen once, so that nothing changes under the pointer when a list does. */
function TaskCard({ redirectUrl }: { redirectUrl: string }): ReactNode {
  const hasChoice = useHasChoice();
  const [chosen, setScreen] = useState<"choose" | "create">();
  const first = useRef<"choose" | "create">(undefined);
  if (first.current === undefined && hasChoice !== null) {
    first.current = hasChoice ? "choose" : "create";
  }
  const screen = chosen ?? first.current;
  if (screen === undefined) return <CardSkeleton />;
  return (
    <>
      {screen === "choose" ? (
        <ChooseScreen redirectUrl={redirectUrl} onCreate={() => setScreen("create")} />
      ) : (
        <CreateScreen
          redirectUrl={redirectUrl}
          onChoose={hasChoice ? () => setScreen("choose") : undefined}
        />
      )}
      <SignedInAs />
    </>
  );
}

function ChooseScreen(props: { redirectUrl: string; onCreate: () => void }): ReactNode {
  const { text, format } = useLocale();
  const { instance } = useView("<TaskChooseOrganization>");
  return (
    <>
      <CardHeader
        title={text.organizationList.title}
        subtitle={
          instance?.name && format(text.organizationList.subtitle, { application: instance.name })
        }
      />
      <Chooser
        hidePersonal
        activatesOnJoin
        afterSelectOrganizationUrl={props.redirectUrl}
        onCreate={props.onCreate}
      />
    </>
  );
}

function CreateScreen(props: {
  redirectUrl: string;
  onChoose: (() => void) | undefined;
}): ReactNode {
  const { text } = useLocale();
  const { user } = useView("<TaskChooseOrganization>");
  const words = text.taskChooseOrganization;
  const hasBegun = useRef(user?.createOrganizationEnabled === true);
  if (!hasBegun.current) {
    return (
      <>
        <CardHeader title={text.organizationList.title} />
        <Note>{words.nobody}</Note>
      </>
    );
  }
  return (
    <CreateOrganizationFlow
      frame={(title, screen) => (
        <>
          <CardHeader title={title} subtitle={words.createSubtitle} />
          {screen}
        </>
      )}
      afterCreateOrganizationUrl={props.redirectUrl}
      onCancel={props.onChoose}
    />
  );
}

function SignedInAs(): ReactNode {
  const element = useElement();
  const { text, format } = useLocale();
  const { tenantry, user } = useView("<TaskChooseOrganization>");
  return (
    <CardFooter>
      {user && (
        <span>{format(text.taskChooseOrganization.signedInAs, { name: personName(user) })}</span>
      )}
      <button type="button" {...element("link")} onClick={() => void tenantry.signOut()}>
        {text.common.signOut}
      </button>
    </CardFooter>
  );
}
