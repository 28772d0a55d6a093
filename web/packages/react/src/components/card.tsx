import type { ReactNode } from "react";
import { useElement, useSurroundings } from "../appearance/context.tsx";
import { useLocale } from "../localization.tsx";
import { RowsSkeleton, Skeleton } from "../ui/skeleton.tsx";
import { imageUrl, pageUrl } from "../ui/urls.ts";
import { useView } from "./state.ts";

export function CardHeader({
  title,
  subtitle,
}: {
  title: string;
  subtitle?: string | undefined;
}): ReactNode {
  const element = useElement();
  return (
    <div {...element("cardHeader")}>
      <Logo />
      <h2 {...element("cardTitle")}>{title}</h2>
      {subtitle && <p {...element("cardSubtitle")}>{subtitle}</p>}
    </div>
  );
}

function Logo(): ReactNode {
  const element = useElement();
  const { logoPlacement = "inside" } = useSurroundings().appearance.options ?? {};
  const { instance } = useView("<CardHeader>");
  const logo = imageUrl(instance?.logoUrl);
  const home = pageUrl(instance?.homeUrl);
  if (!logo || logoPlacement === "none") return null;
  const Place = home ? "a" : "span";
  return (
    <Place {...element("cardLogo")} data-placement={logoPlacement} href={home}>
      <img src={logo} alt={instance?.name} />
    </Place>
  );
}

/** The links of `appearance.options` below a card, and what a component has to say there. */
export function CardFooter({ children }: { children?: ReactNode }): ReactNode {
  const element = useElement();
  const { text } = useLocale();
  const { helpPageUrl, termsPageUrl, privacyPageUrl } = useSurroundings().appearance.options ?? {};
  const links = [
    { label: text.common.help, url: pageUrl(helpPageUrl) },
    { label: text.common.terms, url: pageUrl(termsPageUrl) },
    { label: text.common.privacy, url: pageUrl(privacyPageUrl) },
  ].filter(({ url }) => url);
  if (links.length === 0 && !children) return null;
  return (
    <div {...element("cardFooter")}>
      {children}
      {links.map(({ label, url }) => (
        <a key={label} {...element("link")} href={url}>
          {label}
        </a>
      ))}
    </div>
  );
}

export function CardSkeleton(): ReactNode {
  const { text } = useLocale();
  return (
    <>
      <Skeleton width="60%" height="1.5rem" />
      <RowsSkeleton label={text.common.loading} />
    </>
  );
}
