import { type FormEvent, type ReactNode, useState } from "react";
import { Actions, PermissionRow } from "../examples/Permissions.tsx";
import permissionsSource from "../examples/Permissions.tsx?raw";
import { Gate } from "../layout/gate.tsx";
import { Screen } from "../layout/screen.tsx";

const FILES = [{ name: "Permissions.tsx", source: permissionsSource }];
const PERMISSIONS = [
  "org:sys_memberships:read",
  "org:sys_memberships:manage",
  "org:sys_profile:manage",
  "org:sys_profile:delete",
  "org:sys_domains:manage",
];

export function PermissionsScreen(): ReactNode {
  return (
    <Screen
      path="/permissions"
      lead="Ask for permissions instead of roles. The browser answers at once to draw the page, and the server says why."
      steps={[
        "Look at the page as Ada, then as Grace.",
        "Check a permission that doesn’t exist, such as org:manage_members. The reason says so.",
        "Let Ada change Grace’s role in another tab. Grace’s page follows without a reload.",
      ]}
      files={FILES}
    >
      <Gate needsOrganization>
        <section className="panel">
          <h2>In the page</h2>
          <Actions />
        </section>
        <Checks />
      </Gate>
    </Screen>
  );
}

function Checks(): ReactNode {
  const [permissions, setPermissions] = useState(PERMISSIONS);
  const [key, setKey] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const added = key.trim();
    setPermissions([...permissions.filter((permission) => permission !== added), added]);
    setKey("");
  };
  return (
    <section className="panel">
      <h2>From the server</h2>
      <table>
        <thead>
          <tr>
            <th>Permission</th>
            <th>Allowed</th>
            <th>Why</th>
          </tr>
        </thead>
        <tbody>
          {permissions.map((permission) => (
            <PermissionRow key={permission} permission={permission} />
          ))}
        </tbody>
      </table>
      <form className="inline-form" onSubmit={submit}>
        <label>
          Another permission
          <input
            required
            value={key}
            placeholder="org:manage_members"
            onChange={({ target }) => setKey(target.value)}
          />
        </label>
        <button type="submit">Check</button>
      </form>
    </section>
  );
}
