import { auth } from "@tenantry/server/next";
import { Organization } from "../../organization";

export default async function Page({ params }) {
  const { slug } = await params;
  // The organization of the URL, whatever another tab works in. Outsiders get 404.
  const { orgSlug, orgRole } = await auth.protect({ organization: slug });
  return (
    <main>
      <h1>{orgSlug}</h1>
      <p>Your role is {orgRole}.</p>
      <Organization />
    </main>
  );
}
