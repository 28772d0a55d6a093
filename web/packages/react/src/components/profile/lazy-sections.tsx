import { type LazyExoticComponent, lazy, type ReactNode } from "react";
import type { Shown } from "./general.tsx";

type Section = LazyExoticComponent<(shown: Shown) => ReactNode>;

/** The pages that few people open, each loaded when it is opened. */
export const RequestsSection: Section = lazy(() => import("./requests.tsx"));
export const DomainsSection: Section = lazy(() => import("./domains.tsx"));
export const ActivitySection: Section = lazy(() => import("./activity.tsx"));
export const BillingSection: Section = lazy(() => import("./billing.tsx"));
