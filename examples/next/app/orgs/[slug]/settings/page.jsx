import { auth } from "@tenantry/server/next";

export default async function Page({ params }) {
  const { slug } = await params;
  const { orgSlug } = await auth.protect({ organization: slug, role: "org:admin" });
  return <h1>Settings of {orgSlug}</h1>;
}
