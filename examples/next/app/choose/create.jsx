"use client";

import { useOrganizationList } from "@tenantry/react";

export function Create({ redirectUrl }) {
  const { isLoaded, createOrganization, setActive } = useOrganizationList();
  const create = async (form) => {
    const organization = await createOrganization({ name: form.get("name") });
    await setActive({ organization, redirectUrl });
  };
  return (
    <form action={create}>
      <input name="name" aria-label="Name" required />
      <button disabled={!isLoaded}>Create organization</button>
    </form>
  );
}
