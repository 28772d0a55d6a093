import { Refresh } from "./refresh";

export default async function Page({ searchParams }) {
  const { redirect_url: redirectUrl = "/" } = await searchParams;
  return <Refresh redirectUrl={redirectUrl} />;
}
