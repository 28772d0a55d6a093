import { auth } from "@tenantry/server/next";
import { Organization } from "./organization";

export default async function Page() {
  const { isAuthenticated } = await auth();
  return (
    <main>
      <h1>{isAuthenticated ? "Welcome back" : "Welcome"}</h1>
      <Organization />
      <a href="/sign-in">Sign in</a>
    </main>
  );
}
