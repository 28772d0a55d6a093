import type { EnrollmentMode, OrganizationDomainResource } from "@tenantry/js";
import type { ReactNode } from "react";
import { useElement } from "../../../appearance/context.tsx";
import { useLocale } from "../../../localization.tsx";
import { useAction } from "../../../ui/action.ts";
import { ErrorAlert } from "../../../ui/alert.tsx";
import { Select } from "../../../ui/select.tsx";
import { useView } from "../../state.ts";

/** How people with an address at the domain join: one of the ways that the instance allows. */
export function EnrollmentSelect({ domain }: { domain: OrganizationDomainResource }): ReactNode {
  const element = useElement();
  const { text, format } = useLocale();
  const words = text.organizationProfile.domains;
  const { instance } = useView("<OrganizationProfile>");
  const { isBusy, error, run } = useAction();
  const allowed: readonly EnrollmentMode[] = instance?.domainsEnrollmentModes ?? [];
  // Single sign-on is set by a connection, never by hand.
  const isFixed = domain.enrollmentMode === "enterprise_sso";
  const modes = new Set([
    domain.enrollmentMode,
    ...allowed.filter((mode) => mode !== "enterprise_sso"),
  ]);
  const change = (mode: string): void =>
    run(async () => {
      await domain.updateEnrollmentMode({ enrollmentMode: mode as EnrollmentMode });
    });
  return (
    <div {...element("field")}>
      <Select
        size="small"
        label={format(words.modeOf, { name: domain.name })}
        value={domain.enrollmentMode}
        isDisabled={isFixed || isBusy}
        options={[...modes].map((mode) => ({ value: mode, label: words[mode] }))}
        onValue={change}
      />
      <ErrorAlert error={error} />
    </div>
  );
}
