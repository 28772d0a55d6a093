import { useUser } from "@tenantry/react";
import type { ReactNode } from "react";
import { PEOPLE } from "../people.ts";
import { usePerson } from "../person.tsx";

/** Says who this tab is, and makes it somebody else. */
export function PersonMenu(): ReactNode {
  const { email, choose } = usePerson();
  const { user } = useUser();
  const isKnown = email === null || PEOPLE.some((person) => person.email === email);
  return (
    <label className="person-menu">
      <span>You are</span>
      <select value={email ?? ""} onChange={({ target }) => choose(target.value || null)}>
        <option value="">Nobody</option>
        {PEOPLE.map((person) => (
          <option key={person.email} value={person.email}>
            {person.name}
          </option>
        ))}
        {!isKnown && <option value={email}>{user?.fullName ?? email}</option>}
      </select>
    </label>
  );
}
