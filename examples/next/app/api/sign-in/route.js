import { cookies } from "next/headers";

export async function POST(request) {
  const form = await request.formData();
  (await cookies()).set("email", String(form.get("email")), { httpOnly: true, sameSite: "lax" });
  // The page opens a session, and then the page that was asked for.
  const search = new URLSearchParams({ redirect_url: String(form.get("redirectUrl")) });
  return new Response(null, { status: 303, headers: { location: `/refresh?${search}` } });
}
