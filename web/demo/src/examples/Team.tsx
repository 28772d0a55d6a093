import {
  type OrganizationMembershipResource,
  Show,
  useAuth,
  useOrganization,
  useOrganizationEvents,
} from "@tenantry/react";
import { useState } from "react";

const MANAGE = { permission: "org:sys_memberships:manage" };

export function Team() {
  const { orgRole } = useAuth();
  const { organization, memberships } = useOrganization({
    memberships: { pageSize: 20 },
  });
  return (
    <>
      <h2>{organization?.name}</h2>
      <p>
        Your role here: <code>{orgRole}</code>
      </p>
      <ul className="team">
        {memberships.data.map((member) => (
          <Member key={member.id} member={member} />
        ))}
      </ul>
      <LastEvents />
    </>
  );
}

function Member({
  member,
}: {
  member: OrganizationMembershipResource;
}) {
  const { userId } = useAuth();
  const { publicUserData: person, role } = member;
  const other = role === "org:admin" ? "org:member" : "org:admin";
  return (
    <li>
      <span>
        {person.firstName ?? person.identifier}{" "}
        <small>{member.roleName}</small>
      </span>
      {person.userId !== userId && (
        <Show when={MANAGE}>
          <button
            type="button"
            onClick={() => void member.update({ role: other })}
          >
            Make {other === "org:admin" ? "admin" : "member"}
          </button>
        </Show>
      )}
    </li>
  );
}

/** The changes since the page was opened, as the server reports them. */
function LastEvents() {
  const [lines, setLines] = useState<string[]>([]);
  useOrganizationEvents(({ type }) =>
    setLines((before) => [type, ...before].slice(0, 5)),
  );
  return (
    <output className="events" aria-label="Events">
      {lines.length === 0 ? "No change yet." : lines.join("\n")}
    </output>
  );
}
