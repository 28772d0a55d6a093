import { OrganizationList, useAuth } from "@tenantry/react";
import type { ReactNode } from "react";
import { PEOPLE } from "../people.ts";
import { usePerson } from "../person.tsx";

interface GateProps {
  /** Whether the screen is about the organization of the tab. */
  needsOrganization?: boolean;
  children: ReactNode;
}

/** Shows a screen to people who can use it, and to others what they have to do first. */
export function Gate({ needsOrganization = false, children }: GateProps): ReactNode {
  const { isLoaded, isSignedIn, orgId } = useAuth({ treatPendingAsSignedOut: false });
  if (!isLoaded) return <p className="quiet">Loading …</p>;
  if (!isSignedIn) return <SignIn />;
  if (needsOrganization && orgId === null) {
    return (
      <>
        <p className="quiet">This screen is about one organization. Choose it first.</p>
        <OrganizationList hidePersonal />
      </>
    );
  }
  return children;
}

function SignIn(): ReactNode {
  const { choose } = usePerson();
  return (
    <div className="sign-in">
      <p>Nobody is signed in. Who do you want to be?</p>
      <div className="buttons">
        {PEOPLE.map(({ email, name }) => (
          <button key={email} type="button" onClick={() => choose(email)}>
            {name}
          </button>
        ))}
      </div>
    </div>
  );
}
