import { useOrganizationList } from "@tenantry/react";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { SlugPage } from "../examples/SlugPage.tsx";
import slugPageSource from "../examples/SlugPage.tsx?raw";
import { Gate } from "../layout/gate.tsx";
import { Screen } from "../layout/screen.tsx";

const FILES = [{ name: "SlugPage.tsx", source: slugPageSource }];

export function SlugsScreen({ slug }: { slug: string | undefined }): ReactNode {
  return (
    <Screen
      path="/orgs"
      lead="The address of the page says which organization it is about. The tab’s organization follows the address before anything of the page is shown."
      steps={[
        "Open an organization, then the other one. Use the back button.",
        "Open each in a tab of its own, and reload both. Neither disturbs the other.",
        "Open an organization of others and one that doesn’t exist. The answer is the same, so nobody learns which exist.",
      ]}
      files={FILES}
    >
      <Gate>
        <Addresses current={slug} />
        {slug === undefined ? (
          <p className="quiet">Open one of these addresses.</p>
        ) : (
          <div className="product">
            <div className="address">
              {location.origin}/demo/orgs/<strong>{slug}</strong>
            </div>
            <div className="product-body">
              <SlugPage slug={slug} />
            </div>
          </div>
        )}
      </Gate>
    </Screen>
  );
}

function Addresses({ current }: { current: string | undefined }): ReactNode {
  const { userMemberships } = useOrganizationList({ userMemberships: true });
  const own = userMemberships.data.map(({ organization }) => ({
    slug: organization.slug ?? organization.id,
    about: organization.name,
  }));
  const others = [
    { slug: "analytical-engines", about: "Others’, unless you join" },
    { slug: "no-such-organization", about: "Doesn’t exist" },
  ].filter(({ slug }) => own.every((mine) => mine.slug !== slug));
  return (
    <ul className="addresses">
      {[...own, ...others].map(({ slug, about }) => (
        <li key={slug}>
          <Link href={`/orgs/${slug}`} aria-current={slug === current ? "page" : undefined}>
            /orgs/{slug}
          </Link>
          <small>{about}</small>
        </li>
      ))}
    </ul>
  );
}
