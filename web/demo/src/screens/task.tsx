import { OrganizationSwitcher, useAuth, useSession, useTenantry } from "@tenantry/react";
import { type ReactNode, useState, useSyncExternalStore } from "react";
import { setMembershipMode } from "../examples/membership-mode.ts";
import modeSource from "../examples/membership-mode.ts?raw";
import { TaskPage } from "../examples/TaskPage.tsx";
import taskPageSource from "../examples/TaskPage.tsx?raw";
import { Gate } from "../layout/gate.tsx";
import { Screen } from "../layout/screen.tsx";
import { usePerson } from "../person.tsx";

const FILES = [
  { name: "TaskPage.tsx", source: taskPageSource },
  { name: "membership-mode.ts", source: modeSource },
];

export function TaskScreen(): ReactNode {
  return (
    <Screen
      path="/task"
      lead="If your product makes sense in an organization only, a new session is pending until the user has chosen one. If people can also work alone, they have a personal account."
      steps={[
        "With an organization required, begin a new session. Its task shows up below.",
        "Make it optional. The switcher offers the personal account, and a new session has no task.",
        "As Mallory, accept an invitation in the task.",
      ]}
      files={FILES}
    >
      <ModeSwitch />
      <Gate>
        <Task />
      </Gate>
    </Screen>
  );
}

/** The settings of the instance live in open pages too. */
function useMembershipMode(): "required" | "optional" | undefined {
  const tenantry = useTenantry();
  return useSyncExternalStore(
    tenantry.addListener,
    () => tenantry.instance?.membershipMode,
    () => undefined,
  );
}

function ModeSwitch(): ReactNode {
  const mode = useMembershipMode();
  const [problem, setProblem] = useState<string>();
  const choose = (next: "REQUIRED" | "OPTIONAL") => {
    setProblem(undefined);
    setMembershipMode(next).catch((error: unknown) => setProblem(String(error)));
  };
  return (
    <fieldset className="modes">
      <legend>Membership mode of the instance</legend>
      <label>
        <input
          type="radio"
          name="mode"
          checked={mode === "required"}
          onChange={() => choose("REQUIRED")}
        />
        <span>
          Required <small>Everybody works in an organization</small>
        </span>
      </label>
      <label>
        <input
          type="radio"
          name="mode"
          checked={mode === "optional"}
          onChange={() => choose("OPTIONAL")}
        />
        <span>
          Optional <small>There is a personal account too</small>
        </span>
      </label>
      {problem && <p role="alert">{problem}</p>}
    </fieldset>
  );
}

function Task(): ReactNode {
  const { session } = useSession();
  const { orgSlug, sessionStatus } = useAuth({ treatPendingAsSignedOut: false });
  const [isBeginning, begin] = useNewSession();
  const isOpen = session?.currentTask?.key === "choose-organization";
  if (isBeginning) return <p className="quiet">A new session begins …</p>;
  return (
    <>
      <div className="state">
        <p>
          Your session is <strong>{sessionStatus}</strong>.{" "}
          {isOpen && "Its task is to choose an organization."}
          {!isOpen && (orgSlug ? `It works in ${orgSlug}.` : "It works in the personal account.")}
        </p>
        <button type="button" onClick={begin}>
          Begin a new session
        </button>
      </div>
      {isOpen ? <TaskPage /> : <OrganizationSwitcher />}
    </>
  );
}

/** The session that ends is shown no longer: what somebody did in it would be lost. */
function useNewSession(): [boolean, () => void] {
  const tenantry = useTenantry();
  const { email, choose } = usePerson();
  const [isBeginning, setBeginning] = useState(false);
  const begin = () => {
    setBeginning(true);
    void tenantry.signOut().then(() => choose(email));
  };
  return [isBeginning, begin];
}
