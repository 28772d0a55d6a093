import { Show, useAuth, usePermission } from "@tenantry/react";

/** What the browser knows, at once: it follows changes of roles while the page is open. */
export function Actions() {
  const { has } = useAuth();
  return (
    <div className="buttons">
      <Show
        when={{ permission: "org:sys_memberships:manage" }}
        fallback={<NoInvite />}
      >
        <button type="button">Invite people</button>
      </Show>
      <button
        type="button"
        disabled={!has({ permission: "org:sys_profile:delete" })}
      >
        Delete the organization
      </button>
      <Show when={{ role: "org:admin" }}>
        <span className="tag">You are an admin</span>
      </Show>
    </div>
  );
}

function NoInvite() {
  return <p>Ask an admin to invite people.</p>;
}

/** What the server says, and why. */
export function PermissionRow({ permission }: { permission: string }) {
  const { isLoaded, allowed, reason, role } = usePermission(permission);
  return (
    <tr>
      <td>
        <code>{permission}</code>
      </td>
      <td>{isLoaded && (allowed ? "Yes" : "No")}</td>
      <td>
        <code>{reason}</code> {role && <small>{role.name}</small>}
      </td>
    </tr>
  );
}
