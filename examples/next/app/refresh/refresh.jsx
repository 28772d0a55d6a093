"use client";

import { RefreshSession } from "@tenantry/react";

export function Refresh({ redirectUrl }) {
  return <RefreshSession redirectUrl={redirectUrl}>One moment …</RefreshSession>;
}
