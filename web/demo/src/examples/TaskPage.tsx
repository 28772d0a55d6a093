import { TaskChooseOrganization } from "@tenantry/react";

/** The page of `taskUrls` in the provider. */
export function TaskPage() {
  return <TaskChooseOrganization redirectUrlComplete="/demo/orgs" />;
}
