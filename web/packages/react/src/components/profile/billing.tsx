import type { OrganizationBilling } from "@tenantry/js";
import type { ReactNode } from "react";
import { useElement } from "../../appearance/context.tsx";
import { useLocale } from "../../localization.tsx";
import { ErrorAlert } from "../../ui/alert.tsx";
import { RowsSkeleton } from "../../ui/skeleton.tsx";
import { pageUrl } from "../../ui/urls.ts";
import { useView } from "../state.ts";
import { useAnswer } from "../use-answer.ts";
import type { Shown } from "./general/general.tsx";
import { PageHeader } from "./page-header.tsx";

const LISTS = ["billing", "memberships", "invitations"] as const;

/** The plan and the seats. Paying happens at the product's own page. */
export default function BillingPage({ organization }: Shown): ReactNode {
  const element = useElement();
  const { text } = useLocale();
  const words = text.organizationProfile.billing;
  const { instance } = useView("<OrganizationProfile>");
  const billing = useAnswer(organization, LISTS, organization.getBilling);
  const url = pageUrl(instance?.billingUrl);
  return (
    <>
      <PageHeader title={words.title}>
        {url && (
          <a {...element("button")} data-variant="primary" href={url}>
            {words.open}
          </a>
        )}
      </PageHeader>
      <ErrorAlert error={billing.error} onRetry={billing.reload} />
      {billing.data ? (
        <Facts billing={billing.data} />
      ) : (
        !billing.error && <RowsSkeleton label={text.common.loading} />
      )}
    </>
  );
}

function Facts({ billing }: { billing: OrganizationBilling }): ReactNode {
  const { plan, features, seats, subscription } = billing;
  const element = useElement();
  const { text, format, date } = useLocale();
  const words = text.organizationProfile.billing;
  const used = seats ? seats.members + seats.pendingInvitations : 0;
  return (
    <dl {...element("facts")}>
      <dt>{words.plan}</dt>
      <dd>{plan?.name ?? words.noPlan}</dd>
      {features.length > 0 && (
        <>
          <dt>{words.features}</dt>
          <dd>
            {features.map(({ key, name }) => (
              <span key={key} {...element("tag")}>
                {name}
              </span>
            ))}
          </dd>
        </>
      )}
      {seats && (
        <>
          <dt>{words.seats}</dt>
          <dd>
            {seats.limit === 0
              ? format(words.seatsUnlimited, { used })
              : format(words.seatsUsed, { used, limit: seats.limit })}
          </dd>
        </>
      )}
      {subscription?.periodEndsAt && (
        <>
          <dt>{words.renews}</dt>
          <dd>{date(subscription.periodEndsAt)}</dd>
        </>
      )}
    </dl>
  );
}
