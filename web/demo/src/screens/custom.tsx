import { ActiveOrganization, isTenantryError } from "@tenantry/react";
import { type ComponentType, type MouseEvent, type ReactNode, useEffect, useState } from "react";
import { Link, Route, Switch } from "wouter";
import { Gate } from "../layout/gate.tsx";
import { Screen } from "../layout/screen.tsx";
import { router } from "../router.ts";

type Props = { organizationId?: string };

// The components are JavaScript of 2022 with a few types, which a strict compiler refuses.
const components = import.meta.glob<ComponentType<Props>>("../2022/*.{jsx,tsx}", {
  eager: true,
  import: "default",
});
const sources = import.meta.glob<string>("../2022/*.{jsx,tsx}", {
  eager: true,
  query: "?raw",
  import: "default",
});

const NAMES = [
  "CreateOrganization.tsx",
  "OrganizationList.tsx",
  "Organization.tsx",
  "EditOrganization.jsx",
] as const;
const FILES = NAMES.map((name) => ({ name, source: sources[`../2022/${name}`] ?? "" }));

export function CustomScreen(): ReactNode {
  return (
    <Screen
      path="/custom"
      lead="Your own forms and lists over the hooks. These components are those of a guide of 2022, file by file: only their import lines are new."
      steps={[
        "Create an organization. It appears in the list without a reload.",
        "Open it, and invite grace@example.com as a member and joan@example.com as an admin.",
        "Revoke one invitation. The email of the other lies in the mailbox, where Grace can accept it.",
        "Then change Grace’s role, rename the organization, and remove her.",
      ]}
      files={FILES}
    >
      <Gate>
        <Custom />
      </Gate>
    </Screen>
  );
}

function Custom(): ReactNode {
  const refusal = useRefusal();
  return (
    <div className="custom" data-guide onClickCapture={followLink}>
      {refusal && <p role="alert">{refusal}</p>}
      <Switch>
        <Route path="/custom/organizations/:id">
          {({ id }) => (
            <>
              <p>
                <Link href="/custom">← Your organizations</Link>
              </p>
              <ActiveOrganization
                key={id}
                id={id}
                fallback={<p>Opening …</p>}
                notFound={<p>You don’t belong to an organization with this ID.</p>}
              >
                <Original name="Organization.tsx" />
                <Original name="EditOrganization.jsx" organizationId={id} />
              </ActiveOrganization>
            </>
          )}
        </Route>
        <Route>
          <Original name="CreateOrganization.tsx" />
          <Original name="OrganizationList.tsx" />
        </Route>
      </Switch>
    </div>
  );
}

function Original({ name, ...props }: Props & { name: (typeof NAMES)[number] }): ReactNode {
  const Component = components[`../2022/${name}`];
  return Component && <Component {...props} />;
}

/** The links of 2022 lead to `/organizations/…`, which is below this screen here. */
function followLink(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  const path = link?.getAttribute("href");
  if (!path?.startsWith("/organizations/") || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  router.push(path);
}

/** These components leave refusals, such as that of the last admin, to the page. */
function useRefusal(): string | undefined {
  const [refusal, setRefusal] = useState<string>();
  useEffect(() => {
    const show = (event: PromiseRejectionEvent) => {
      if (!isTenantryError(event.reason)) return;
      event.preventDefault();
      setRefusal(event.reason.message);
    };
    const hide = () => setRefusal(undefined);
    addEventListener("unhandledrejection", show);
    addEventListener("click", hide);
    return () => {
      removeEventListener("unhandledrejection", show);
      removeEventListener("click", hide);
    };
  }, []);
  return refusal;
}
