import { Choose } from "./choose";

export default async function Page({ searchParams }) {
  const { redirect_url: redirectUrl = "/" } = await searchParams;
  return (
    <main>
      <h1>Choose your organization</h1>
      <Choose redirectUrl={redirectUrl} />
    </main>
  );
}
