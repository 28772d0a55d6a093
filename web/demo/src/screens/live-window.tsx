import { ActiveOrganization } from "@tenantry/react";
import { useState } from "react";
import { Connection } from "../connection.tsx";
import { Team } from "../examples/Team.tsx";
import { PEOPLE } from "../people.ts";

/** One of the two windows: a page of its own, with a connection of its own. */
export function LiveWindow({ slug }: { slug: string }) {
  const [email] = useState(() => new URLSearchParams(location.search).get("as"));
  const name = PEOPLE.find((person) => person.email === email)?.name ?? email;
  return (
    <Connection email={email} frame="window:">
      <main className="window">
        <p className="window-title">{name}</p>
        <ActiveOrganization
          slug={slug}
          fallback={<p>Opening …</p>}
          notFound={<p>{name} doesn’t belong to this organization.</p>}
        >
          <Team />
        </ActiveOrganization>
      </main>
    </Connection>
  );
}
