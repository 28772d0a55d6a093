import { cookies } from "next/headers";

/** The token of your identity provider. Here, a development server of Tenantry makes it. */
export async function POST() {
  const email = (await cookies()).get("email")?.value;
  if (!email) return Response.json({ token: null });
  return fetch(`${process.env.TENANTRY_URL}/dev/identity-token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email }),
  });
}
