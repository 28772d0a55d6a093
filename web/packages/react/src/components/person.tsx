import type { PublicUserData } from "@tenantry/js";
import type { ReactNode } from "react";
import { useElement } from "../appearance/context.tsx";
import { useLocale } from "../localization.tsx";
import { Avatar } from "../ui/avatar.tsx";
import { personName } from "./people.ts";

/** Somebody's picture, name, and address. */
export function Person({
  user,
  isViewer,
}: {
  user: PublicUserData;
  isViewer?: boolean;
}): ReactNode {
  const element = useElement();
  const { text } = useLocale();
  const name = personName(user);
  return (
    <div {...element("person")}>
      <Avatar name={name} imageUrl={user.imageUrl} shape="circle" />
      <div {...element("rowText")}>
        <span {...element("rowTitle")} dir="auto">
          {name} {isViewer && <span {...element("tag")}>{text.common.you}</span>}
        </span>
        {name !== user.identifier && (
          <span {...element("rowSubtitle")} dir="auto">
            {user.identifier}
          </span>
        )}
      </div>
    </div>
  );
}
