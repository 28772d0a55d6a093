import type {
  OrganizationResource,
  PublicOrganizationData,
  UrlTemplate,
  UserResource,
} from "@tenantry/js";
import { useState } from "react";
import { useView } from "../state.ts";

export interface SwitchOptions {
  afterSelectOrganizationUrl?: UrlTemplate<OrganizationResource> | undefined;
  afterSelectPersonalUrl?: UrlTemplate<UserResource> | undefined;
  onSelect?: ((organization: OrganizationResource | null) => void) | undefined;
  onDone?: () => void;
}

export interface Switching {
  /** The row that is being switched to: an organization's id, or `personal`. */
  busyId: string | null;
  error: unknown;
  /** Switches, then goes on. On failure the old organization stays, and the error is kept. */
  select: (organization: Pick<PublicOrganizationData, "id"> | null) => Promise<void>;
  retry: () => void;
}

export function useSwitch(options: SwitchOptions): Switching {
  const { tenantry } = useView("useSwitch");
  const [busyId, setBusyId] = useState<string | null>(null);
  const [failed, setFailed] = useState<{ error: unknown; retry: () => void }>();

  const select: Switching["select"] = async (organization) => {
    setBusyId(organization?.id ?? "personal");
    setFailed(undefined);
    try {
      await tenantry.setActive({ organization });
    } catch (error) {
      setFailed({ error, retry: () => void select(organization) });
      return;
    } finally {
      setBusyId(null);
    }
    options.onDone?.();
    options.onSelect?.(tenantry.organization);
    goOn(options, tenantry);
  };
  return { busyId, error: failed?.error, select, retry: () => failed?.retry() };
}

function goOn(options: SwitchOptions, tenantry: ReturnType<typeof useView>["tenantry"]): void {
  const { organization, user } = tenantry;
  if (organization) {
    const url = options.afterSelectOrganizationUrl;
    if (url !== undefined) tenantry.navigate(tenantry.buildUrl(url, organization));
  } else if (user && options.afterSelectPersonalUrl !== undefined) {
    tenantry.navigate(tenantry.buildUrl(options.afterSelectPersonalUrl, user));
  }
}
