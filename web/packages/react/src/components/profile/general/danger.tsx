import { type ReactNode, useId, useState } from "react";
import { useElement } from "../../../appearance/context.tsx";
import { useLocale } from "../../../localization.tsx";
import { Button } from "../../../ui/button.tsx";
import { ConfirmDialog } from "../../../ui/confirm.tsx";
import { useIsLastManager } from "../members/last-manager.ts";
import { LeaveDialog } from "../members/leave-dialog.tsx";
import type { Shown } from "./general.tsx";

/** Leaving, and deleting where that is allowed. */
export function DangerSection({ organization, membership }: Shown): ReactNode {
  const element = useElement();
  const { text, format } = useLocale();
  const words = text.organizationProfile.danger;
  const [dialog, setDialog] = useState<"leave" | "delete">();
  const isLastManager = useIsLastManager({ organization, membership });
  const noteId = useId();
  const mayDelete =
    organization.adminDeleteEnabled && membership.permissions.includes("org:sys_profile:delete");
  const close = (): void => setDialog(undefined);
  return (
    <section {...element("section")} aria-label={words.title}>
      <h3 {...element("label")}>{words.title}</h3>
      <div {...element("toolbar")}>
        <Button
          variant="danger"
          aria-disabled={isLastManager || undefined}
          aria-describedby={noteId}
          onClick={() => setDialog("leave")}
        >
          {words.leave}
        </Button>
        <span id={noteId} {...element("hint")}>
          {isLastManager ? words.lastManager : words.leaveHint}
        </span>
      </div>
      {mayDelete && (
        <div {...element("toolbar")}>
          <Button variant="danger" onClick={() => setDialog("delete")}>
            {words.delete}
          </Button>
          <span {...element("hint")}>{words.deleteHint}</span>
        </div>
      )}
      {dialog === "leave" && <LeaveDialog organization={organization} onClose={close} />}
      {dialog === "delete" && (
        <ConfirmDialog
          title={format(words.deleteTitle, { name: organization.name })}
          message={words.deleteHint}
          action={words.delete}
          typed={{
            label: format(words.deleteType, { name: organization.name }),
            value: organization.name,
          }}
          onConfirm={() => organization.destroy()}
          onClose={close}
        />
      )}
    </section>
  );
}
