import { initialState } from "@tenantry/server/next";
import { Providers } from "./providers";

export default async function Layout({ children }) {
  return (
    <html lang="en">
      <body>
        <Providers url={process.env.TENANTRY_URL} initialState={await initialState()}>
          {children}
        </Providers>
      </body>
    </html>
  );
}
