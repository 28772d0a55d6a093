import { auth } from "@tenantry/server/next";

export default async function Page() {
  const { orgSlug } = await auth.protect({ role: "org:admin" });
  return <h1>Settings of {orgSlug}</h1>;
}
