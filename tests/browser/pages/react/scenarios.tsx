import {
  Show,
  useAuth,
  useOrganization,
  useOrganizationList,
  usePermission,
  useTenantry,
  useUser,
} from "@tenantry/react";
import { type ReactNode, useEffect, useState } from "react";

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
  const { userMemberships, userInvitations, createOrganization } = useOrganizationList({
    userMemberships: list,
    userInvitations: true,
  });
  useProbe("organizations", { ...userMemberships, createOrganization });
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
  const { organization } = useOrganization({ memberships: true });
  useEffect(() => {
    rendersOfConsumers += 1;
    window.probe.consumers = { last: rendersOfConsumers, all: [] };
  });
  return `${user?.firstName} ${orgId} ${organization?.name} `;
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

export const scenarios: Record<string, () => ReactNode> = {
  auth: Auth,
  members: Members,
  organizations: Organizations,
  stable: Stable,
  consumers: Consumers,
  permission: Permission,
  admin: Admin,
};
