import { navigate } from "wouter/use-browser-location";

/** The path that the demo is served under, without a slash at the end. */
export const BASE = import.meta.env.BASE_URL.replace(/\/$/, "");

/** The router that the components of 2022 call. Their pages are below this one here. */
export const router = {
  push: (path: string): void => navigate(`${BASE}/custom${path}`),
};
