import type { ComponentType, ReactNode } from "react";
import { deferred } from "../../ui/deferred.ts";
import { LoadFailure } from "../../ui/load-failure.tsx";
import type { Shown } from "./general/general.tsx";
import { SectionSkeleton } from "./skeleton.tsx";

/** The pages that few people open, each loaded when it is opened. */
export const RequestsSection: ComponentType<Shown> = section(
  () => import("./invitations/requests.tsx"),
);
export const DomainsSection: ComponentType<Shown> = section(() => import("./domains/domains.tsx"));
export const ApiKeysSection: ComponentType<Shown> = section(
  () => import("./api-keys/api-keys.tsx"),
);
export const ActivitySection: ComponentType<Shown> = section(
  () => import("./activity/activity.tsx"),
);
export const BillingSection: ComponentType<Shown> = section(() => import("./billing.tsx"));

function section(load: () => Promise<{ default: ComponentType<Shown> }>): ComponentType<Shown> {
  const content = deferred(load);
  return function Section(shown: Shown): ReactNode {
    const { part: Content, reload } = content.use();
    if (Content) return <Content {...shown} />;
    return reload ? <LoadFailure onReload={reload} /> : <SectionSkeleton />;
  };
}
