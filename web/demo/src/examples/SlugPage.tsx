import {
  ActiveOrganization,
  OrganizationSwitcher,
  useOrganization,
} from "@tenantry/react";

/** The page of the route /orgs/:slug. */
export function SlugPage({ slug }: { slug: string }) {
  return (
    <ActiveOrganization
      slug={slug}
      fallback={<p>Opening …</p>}
      notFound={<NotFound />}
    >
      <OrganizationSwitcher
        afterSelectOrganizationUrl="/demo/orgs/:slug"
        hidePersonal
      />
      <Welcome />
    </ActiveOrganization>
  );
}

function Welcome() {
  const { organization, membership } = useOrganization();
  return (
    <>
      <h2>Welcome to {organization?.name}</h2>
      <p>
        Your role is {membership?.roleName}. The organization has{" "}
        {organization?.membersCount} members.
      </p>
    </>
  );
}

/** An organization of others looks like one that doesn’t exist. */
function NotFound() {
  return (
    <p role="alert">
      There is no such organization, or you don’t belong to it.
    </p>
  );
}
