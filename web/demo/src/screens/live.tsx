import { type ReactNode, useState } from "react";
import teamSource from "../examples/Team.tsx?raw";
import { Screen } from "../layout/screen.tsx";
import { PEOPLE } from "../people.ts";
import { BASE } from "../router.ts";
import windowSource from "./live-window.tsx?raw";

const FILES = [
  { name: "Team.tsx", source: teamSource },
  { name: "live-window.tsx", source: windowSource },
];
const SLUGS = ["analytical-engines", "difference-lab"];

export function LiveScreen(): ReactNode {
  const [slug, setSlug] = useState("analytical-engines");
  return (
    <Screen
      path="/live"
      lead="Two people look at the same organization. What one changes, the other sees within a second: lists, names, and what they may do."
      steps={[
        "As Ada, make Grace an admin. In Grace’s window, her buttons appear.",
        "As Grace, make somebody else an admin. Ada’s list follows.",
        "Make Grace a member again.",
      ]}
      files={FILES}
      isWide
    >
      <label className="inline-label">
        Organization
        <select value={slug} onChange={({ target }) => setSlug(target.value)}>
          {SLUGS.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </label>
      <div className="windows">
        {PEOPLE.slice(0, 2).map(({ email, name }) => (
          <iframe
            key={email}
            title={`${name}’s window`}
            src={`${BASE}/window/${slug}?as=${encodeURIComponent(email)}`}
          />
        ))}
      </div>
    </Screen>
  );
}
