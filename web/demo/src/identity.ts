/**
 * Signs a person in. In your product, your identity provider does this, and the function is one line:
 * `getIdentityToken={() => provider.getIdToken()}`.
 */
export async function fetchIdentityToken(email: string | null): Promise<string | null> {
  if (email === null) return null;
  // Only `tenantry dev` has this. It signs a token for whoever you name.
  const response = await fetch("/dev/identity-token", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email }),
  });
  if (!response.ok) throw new Error(await response.text());
  const { token } = await response.json();
  return token;
}
