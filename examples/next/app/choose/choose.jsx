"use client";

import { useOrganizationList } from "@tenantry/react";

export function Choose({ redirectUrl }) {
  const { isLoaded, createOrganization, setActive, userMemberships } = useOrganizationList({
    userMemberships: true,
  });
  const choose = (organization) => setActive({ organization, redirectUrl });
  const create = async (form) => choose(await createOrganization({ name: form.get("name") }));
  return (
    <>
      {userMemberships.data.map(({ id, organization }) => (
        <button key={id} onClick={() => choose(organization.id)}>
          {organization.name}
        </button>
      ))}
      <form action={create}>
        <input name="name" aria-label="Name" required />
        <button disabled={!isLoaded}>Create organization</button>
      </form>
    </>
  );
}
