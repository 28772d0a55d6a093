import {
  ActiveOrganization,
  RedirectToSignIn,
  RedirectToTasks,
  Show,
  useAuth,
  useOrganization,
  useOrganizationList,
  usePermission,
  useTenantry,
  useUser,
} from "@tenantry/react";
import { useOrganization as useOrganization2022 } from "@tenantry/react/legacy";
import { type ReactNode, useEffect, useState, version } from "react";
import CreateOrganization from "../../../../web/demo/src/2022/CreateOrganization.tsx";
import EditOrganization from "../../../../web/demo/src/2022/EditOrganization.jsx";
import Organization from "../../../../web/demo/src/2022/Organization.tsx";
import OrganizationList from "../../../../web/demo/src/2022/OrganizationList.tsx";

/** What a test reads: the last result of each hook, and all that were committed. */
interface Probe {
  [name: string]: { last: unknown; all: unknown[] };
}
declare global {
  interface Window {
    probe: Probe;
  }
}
window.probe = {};

function useProbe(name: string, result: unknown): void {
  useEffect(() => {
    const entry = window.probe[name] ?? { last: undefined, all: [] };
    entry.last = result;
    entry.all.push(result);
    window.probe[name] = entry;
  });
}

const list = JSON.parse(new URLSearchParams(location.search).get("list") ?? "true");

function Auth(): ReactNode {
  useProbe("tenantry", useTenantry());
  const auth = useAuth();
  const { organization, membership } = useOrganization();
  useProbe("auth", {
    ...auth,
    isAdmin: auth.has({ role: "org:admin" }),
    organizationId: organization?.id ?? null,
    ofMembership: membership?.organization.id ?? null,
    membershipRole: membership?.role ?? null,
  });
  return (
    <p id="auth">
      {auth.isLoaded ? (auth.isSignedIn ? `${auth.orgSlug} ${auth.orgRole}` : "signed out") : "loading"}
    </p>
  );
}

function Members(): ReactNode {
  const [params, setParams] = useState(list);
  const { organization, memberships } = useOrganization({ memberships: params });
  useProbe("members", { organizationId: organization?.id ?? null, ...memberships, setParams });
  return (
    <ul id="members">
      {memberships.data.map(({ id, publicUserData, role }) => (
        <li key={id}>
          {publicUserData.identifier} {role}
        </li>
      ))}
    </ul>
  );
}

function Organizations(): ReactNode {
  const [params, setParams] = useState(list);
  const { userMemberships, userInvitations, createOrganization } = useOrganizationList({
    userMemberships: params,
    userInvitations: true,
  });
  useProbe("organizations", { ...userMemberships, createOrganization, setParams });
  return (
    <>
      <ul id="organizations">
        {userMemberships.data.map(({ id, organization }) => (
          <li key={id}>{organization.name}</li>
        ))}
      </ul>
      <p id="invitations">{userInvitations.count}</p>
    </>
  );
}

function Stable(): ReactNode {
  const [renders, setRenders] = useState(0);
  const { getToken, setActive, signOut, has } = useAuth();
  const { memberships } = useOrganization({ memberships: true });
  const { createOrganization, userMemberships } = useOrganizationList({ userMemberships: true });
  const { fetchNext, fetchPage, fetchPrevious, revalidate, setData } = memberships;
  useProbe("stable", {
    renders,
    again: () => setRenders((count) => count + 1),
    functions: [
      getToken,
      setActive,
      signOut,
      createOrganization,
      fetchNext,
      fetchPage,
      fetchPrevious,
      revalidate,
      setData,
      userMemberships.fetchNext,
    ],
    has,
  });
  return <p id="stable">{renders}</p>;
}

let rendersOfConsumers = 0;

function Consumer(): ReactNode {
  const { user } = useUser();
  const { orgId } = useAuth();
  const { organization, memberships } = useOrganization({ memberships: true });
  useEffect(() => {
    rendersOfConsumers += 1;
    window.probe.consumers = { last: rendersOfConsumers, all: [] };
  });
  return `${user?.firstName} ${orgId} ${organization?.name} ${memberships.count} `;
}

function Consumers(): ReactNode {
  return <p id="consumers">{Array.from({ length: 30 }, (_, index) => <Consumer key={`${index}`} />)}</p>;
}

function Permission(): ReactNode {
  const { isLoaded, allowed, reason } = usePermission("org:reports:raed");
  return <p id="permission">{isLoaded ? `${allowed} ${reason}` : "loading"}</p>;
}

function Admin(): ReactNode {
  return (
    <p id="admin">
      <Show when={{ role: "org:admin" }} fallback="member" loading="loading">
        admin
      </Show>
    </p>
  );
}

const seen = new Set<string>();

/** Records all that was ever painted. */
function Painted(): ReactNode {
  useEffect(() => {
    const record = () => {
      seen.add(document.getElementById("painted")?.textContent ?? "");
      window.probe.painted = { last: [...seen], all: [] };
    };
    record();
    const observer = new MutationObserver(record);
    observer.observe(document.body, { childList: true, subtree: true, characterData: true });
    return () => observer.disconnect();
  }, []);
  return (
    <p id="painted">
      <Show when={{ role: "org:admin" }} fallback="fallback">
        admin
      </Show>
    </p>
  );
}

function Slug(): ReactNode {
  const slug = new URLSearchParams(location.search).get("slug") ?? "";
  return (
    <p id="slug">
      <ActiveOrganization slug={slug} fallback="wait" notFound="not found">
        <Name />
      </ActiveOrganization>
    </p>
  );
}

function Name(): ReactNode {
  return useOrganization().organization?.name;
}

function Redirects(): ReactNode {
  return (
    <>
      <RedirectToTasks redirectUrl="/dashboard" />
      <RedirectToSignIn />
    </>
  );
}

function Version(): ReactNode {
  return <p id="version">{version}</p>;
}

function Members2022(): ReactNode {
  useProbe("members2022", useOrganization2022({ membershipList: {} }));
  return null;
}

function Edit(): ReactNode {
  const organizationId = new URLSearchParams(location.search).get("organization");
  return <EditOrganization organizationId={organizationId} />;
}

export const scenarios: Record<string, () => ReactNode> = {
  auth: Auth,
  members: Members,
  organizations: Organizations,
  stable: Stable,
  version: Version,
  consumers: Consumers,
  painted: Painted,
  permission: Permission,
  redirects: Redirects,
  slug: Slug,
  admin: Admin,
  create2022: CreateOrganization,
  edit2022: Edit,
  list2022: OrganizationList,
  members2022: Members2022,
  organization2022: Organization,
};
