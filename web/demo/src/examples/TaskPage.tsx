import { TaskChooseOrganization } from "@tenantry/react";

/** The page of `taskUrls["choose-organization"]`. Afterwards, it goes on to the product. */
export function TaskPage() {
  return <TaskChooseOrganization redirectUrlComplete="/demo/orgs" />;
}
