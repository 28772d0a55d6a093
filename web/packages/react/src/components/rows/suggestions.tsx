import type { OrganizationSuggestionResource } from "@tenantry/js";
import { type ReactNode, useState } from "react";
import { useElement } from "../../appearance/context.tsx";
import { useOrganizationList } from "../../hooks/useOrganizationList.ts";
import { useCoreLocale } from "../../localization.tsx";
import { useAction } from "../../ui/action.ts";
import { ErrorAlert } from "../../ui/alert.tsx";
import { Avatar } from "../../ui/avatar.tsx";
import { Button } from "../../ui/button.tsx";

/** Organizations that the user may ask to join, because of the domain of their address. */
export function SuggestionRows(): ReactNode {
  const element = useElement();
  const { text } = useCoreLocale();
  const { userSuggestions } = useOrganizationList({
    userSuggestions: { infinite: true, status: ["pending", "accepted"] },
  });
  if (userSuggestions.data.length === 0) return null;
  return (
    <div {...element("panelSection")}>
      <h3 {...element("sectionTitle")}>{text.organizationSwitcher.suggestions}</h3>
      <ul {...element("list")}>
        {userSuggestions.data.map((suggestion) => (
          <li key={suggestion.id}>
            <SuggestionRow suggestion={suggestion} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function SuggestionRow({ suggestion }: { suggestion: OrganizationSuggestionResource }): ReactNode {
  const { name, imageUrl } = suggestion.publicOrganizationData;
  const element = useElement();
  const words = useCoreLocale().text.organizationSwitcher;
  const [isAsked, setAsked] = useState(suggestion.status === "accepted");
  const { isBusy, error, run } = useAction();
  const ask = async (): Promise<void> => {
    await suggestion.accept();
    setAsked(true);
  };

  return (
    <>
      <div {...element("row")}>
        <Avatar name={name} imageUrl={imageUrl} />
        <span {...element("rowText")}>
          <span {...element("rowTitle")} dir="auto">
            {name}
          </span>
        </span>
        <span {...element("rowActions")} aria-live="polite">
          {isAsked ? (
            <span {...element("tag")}>{words.pendingApproval}</span>
          ) : (
            <Button size="small" data-row="" isBusy={isBusy} onClick={() => run(ask)}>
              {words.requestToJoin} <span {...element("visuallyHidden")}>{name}</span>
            </Button>
          )}
        </span>
      </div>
      <ErrorAlert error={error} />
    </>
  );
}
