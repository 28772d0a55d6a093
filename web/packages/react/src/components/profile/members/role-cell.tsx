import type { OrganizationMembershipResource, RoleResource } from "@tenantry/js";
import { type ReactNode, useState } from "react";
import { useElement } from "../../../appearance/context.tsx";
import type { PaginatedResources } from "../../../cache/pages.ts";
import { useLocale } from "../../../localization.tsx";
import { useAction } from "../../../ui/action.ts";
import { ErrorAlert } from "../../../ui/alert.tsx";
import { Select } from "../../../ui/select.tsx";
import { useToast } from "../../../ui/toast.tsx";
import { personName } from "../../people.ts";

export interface RoleCellProps {
  membership: OrganizationMembershipResource;
  roles: readonly RoleResource[];
  mayManage: boolean;
  list: PaginatedResources<OrganizationMembershipResource>;
}

/** The role. A change shows at once, and is taken back with the server's words if it is refused. */
export function RoleCell({ membership, roles, mayManage, list }: RoleCellProps): ReactNode {
  const element = useElement();
  const { text, format } = useLocale();
  const words = text.organizationProfile.members;
  const toast = useToast();
  const { isBusy, error, run } = useAction();
  const [chosen, setChosen] = useState<string>();
  const name = personName(membership.publicUserData);
  const held = roles.find(({ key }) => key === membership.role);
  if (!mayManage || !held) return membership.roleName;

  const change = (key: string): void => {
    if (isBusy) return;
    setChosen(key);
    run(async () => {
      try {
        await membership.update({ role: key });
        toast(
          format(words.roleChanged, {
            name,
            role: roles.find((role) => role.key === key)?.name ?? key,
          }),
        );
        await list.revalidate();
      } finally {
        setChosen(undefined);
      }
    });
  };

  return (
    <div {...element("field")}>
      <Select
        size="small"
        label={format(words.roleOf, { name })}
        value={chosen ?? membership.role}
        isDisabled={!held.isGrantable}
        title={held.isGrantable ? undefined : words.notGrantable}
        options={roles.map((role) => ({
          value: role.key,
          label: role.name,
          isDisabled: !role.isGrantable,
        }))}
        onValue={change}
      />
      <ErrorAlert error={error} />
    </div>
  );
}
