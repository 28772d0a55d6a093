import { Create } from "./create";

export default async function Page({ searchParams }) {
  const { redirect_url: redirectUrl = "/" } = await searchParams;
  return (
    <main>
      <h1>Create your organization</h1>
      <Create redirectUrl={redirectUrl} />
    </main>
  );
}
