import type { ReactNode } from "react";
import { useElement } from "../../appearance/context.tsx";
import { useLocale } from "../../localization.tsx";
import { RowsSkeleton, Skeleton } from "../../ui/skeleton.tsx";

/** The settings before anything is known. */
export function ProfileSkeleton(): ReactNode {
  const element = useElement();
  const { text } = useLocale();
  return (
    <div {...element("profileLayout")}>
      <div {...element("navigation")} aria-hidden="true">
        <div {...element("navigationTitle")}>
          <Skeleton width="80%" height="1.5rem" />
        </div>
        <div {...element("navigationItems")}>
          <Skeleton width="60%" height="1.25rem" />
          <Skeleton width="70%" height="1.25rem" />
          <Skeleton width="50%" height="1.25rem" />
        </div>
      </div>
      <div {...element("page")}>
        <RowsSkeleton count={5} label={text.common.loading} />
      </div>
    </div>
  );
}

/** A page of the settings before its content is there. */
export function SectionSkeleton(): ReactNode {
  const { text } = useLocale();
  return <RowsSkeleton label={text.common.loading} />;
}
