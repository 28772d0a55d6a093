import {
  SignOutButton,
  useAuth,
  useOrganizationList,
  useUser,
} from "@tenantry/react";

export function WhoAmI() {
  const { isLoaded, user } = useUser();
  const { orgSlug, orgRole } = useAuth({
    treatPendingAsSignedOut: false,
  });
  const { userMemberships } = useOrganizationList({
    userMemberships: true,
  });

  if (!isLoaded) return <p>Loading …</p>;
  if (!user) return <p>You aren’t signed in.</p>;
  return (
    <section className="who-am-i" aria-label="Who am I">
      <p>
        You are <strong>{user.fullName ?? user.identifier}</strong>. In
        this tab,{" "}
        {orgSlug
          ? `you work in ${orgSlug} as ${orgRole}.`
          : "no organization is active."}
      </p>
      <ul>
        {userMemberships.data.map(({ id, organization, roleName }) => (
          <li key={id}>
            {organization.name} <small>{roleName}</small>
          </li>
        ))}
      </ul>
      <SignOutButton redirectUrl="/demo/" />
    </section>
  );
}
