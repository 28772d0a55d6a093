import { useUser } from "@tenantry/react";
import { type FormEvent, type ReactNode, useState } from "react";
import { Link } from "wouter";
import connectionSource from "../connection.tsx?raw";
import { WhoAmI } from "../examples/WhoAmI.tsx";
import whoAmISource from "../examples/WhoAmI.tsx?raw";
import identitySource from "../identity.ts?raw";
import { Screen } from "../layout/screen.tsx";
import { PEOPLE } from "../people.ts";
import { usePerson } from "../person.tsx";
import { BASE } from "../router.ts";

const FILES = [
  { name: "connection.tsx", source: connectionSource },
  { name: "identity.ts", source: identitySource },
  { name: "WhoAmI.tsx", source: whoAmISource },
];

export function PeopleScreen(): ReactNode {
  return (
    <Screen
      path="/"
      lead="Tenantry keeps the organizations of your product: who belongs to which, and what they may do there. Signing in stays with your identity provider. Here, a click does it."
      steps={[
        "Choose a person. Ada is the best start: she can do everything in her organizations.",
        "Open another person in a new tab. Each tab is somebody else, and both see each other’s changes.",
        <>
          Then go on to <Link href="/custom">Custom flow</Link>.
        </>,
      ]}
      files={FILES}
    >
      <People />
      <WhoAmI />
    </Screen>
  );
}

function People(): ReactNode {
  const { email, choose } = usePerson();
  return (
    <>
      <ul className="people">
        {PEOPLE.map((person) => (
          <li key={person.email} data-current={person.email === email || undefined}>
            <button
              type="button"
              aria-pressed={person.email === email}
              onClick={() => choose(person.email)}
            >
              <span className="people-face" aria-hidden="true">
                {person.name.slice(0, 1)}
              </span>
              <span>
                <strong>{person.name}</strong>
                <small>{person.about}</small>
              </span>
            </button>
            <a
              href={`${BASE}/?as=${encodeURIComponent(person.email)}`}
              target="_blank"
              rel="noreferrer"
            >
              New tab<span className="hidden"> as {person.name}</span>
            </a>
          </li>
        ))}
      </ul>
      <AnybodyForm />
    </>
  );
}

function AnybodyForm(): ReactNode {
  const { choose } = usePerson();
  const { user } = useUser();
  const [address, setAddress] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    choose(address.trim());
    setAddress("");
  };
  return (
    <form className="inline-form" onSubmit={submit}>
      <label>
        Or anybody, by email address
        <input
          type="email"
          required
          value={address}
          placeholder={user?.identifier ?? "joan@example.com"}
          onChange={({ target }) => setAddress(target.value)}
        />
      </label>
      <button type="submit">Sign in</button>
    </form>
  );
}
