// In place of your identity provider, which knows who sits there: a form that believes every address.
export default async function Page({ searchParams }) {
  const { redirect_url: redirectUrl = "/" } = await searchParams;
  return (
    <form action="/api/sign-in" method="post">
      <h1>Sign in</h1>
      <input type="hidden" name="redirectUrl" value={redirectUrl} />
      <input type="email" name="email" aria-label="Email address" required />
      <button>Sign in</button>
    </form>
  );
}
