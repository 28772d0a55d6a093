import type { UserResource } from "@tenantry/js";
import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from "react";
import { useElement } from "../../appearance/context.tsx";
import { useTriggerText } from "../../localization.tsx";
import { Popover } from "../../ui/popover.tsx";
import { useView } from "../state.ts";
import { Dialogs, type OpenDialog, Panel, PanelPreload } from "./lazy.tsx";
import type { OrganizationSwitcherProps, TriggerAttributes } from "./props.ts";
import { currentName, subtitleOf, TriggerContent } from "./trigger.tsx";

export function TriggerWithPanel(props: {
  options: OrganizationSwitcherProps;
  user: UserResource;
  pendingCount: number;
}): ReactNode {
  const { options, user, pendingCount } = props;
  const element = useElement();
  const panelId = useId();
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useOpen(options);
  const [isNear, setNear] = useState(false);
  const [dialog, setDialog] = useState<OpenDialog>(null);
  const { organization, membership, instance, isSwitching } = useView("<OrganizationSwitcher>");
  const isRequired = instance?.membershipMode === "required";
  const hidesPersonal = options.hidePersonal === true || isRequired;
  const { text, plural } = useTriggerText();
  const name = currentName(text, { organization, hidesPersonal, isRequired });
  const person = organization || hidesPersonal ? null : user;
  const current = [name, subtitleOf({ organization, membership, person })]
    .filter(Boolean)
    .join(" ");
  const label = [text.label.replace("{current}", () => current)];
  if (pendingCount > 0) label.push(plural(text.pending, pendingCount));

  const attributes: TriggerAttributes = {
    ref: button,
    "aria-haspopup": "dialog",
    "aria-expanded": isOpen,
    "aria-controls": panelId,
    "aria-label": label.join(", "),
  };
  const change = (next: boolean): void => {
    // Who opens the panel again gives up a dialog that couldn't be loaded.
    if (next) setDialog(null);
    setOpen(next);
  };
  const openWithArrow = (event: KeyboardEvent): void => {
    if (event.key !== "ArrowDown" || isOpen) return;
    event.preventDefault();
    change(true);
  };
  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };

  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the button inside is the control. */}
      <div
        onKeyDown={openWithArrow}
        onPointerEnter={() => setNear(true)}
        onPointerLeave={() => setNear(false)}
        onFocus={() => setNear(true)}
        onBlur={() => setNear(false)}
        style={{ display: "contents" }}
      >
        {isNear && <PanelPreload />}
        {options.trigger ? (
          options.trigger({ organization, user, isOpen, isSwitching, pendingCount }, attributes)
        ) : (
          <button
            type="button"
            {...element("trigger")}
            {...attributes}
            aria-busy={isSwitching || undefined}
          >
            <TriggerContent
              name={name}
              organization={organization}
              membership={membership}
              person={person}
              pendingCount={pendingCount}
            />
          </button>
        )}
      </div>
      <Popover
        id={panelId}
        label={text.title}
        anchor={button}
        isOpen={isOpen}
        onOpenChange={change}
        side={options.side ?? "bottom"}
        align={options.align ?? "start"}
        sideOffset={options.sideOffset ?? 4}
      >
        <Panel
          options={options}
          onClose={close}
          onDialog={(next) => {
            close();
            setDialog(next);
          }}
        />
      </Popover>
      {dialog && <Dialogs open={dialog} options={options} onClose={() => setDialog(null)} />}
    </>
  );
}

/** Whether the panel is open: as the product says, or else as the user last left it. */
function useOpen(options: OrganizationSwitcherProps): [boolean, (isOpen: boolean) => void] {
  const [own, setOwn] = useState(options.defaultOpen ?? false);
  const isOpen = options.open ?? own;
  const change = (next: boolean): void => {
    if (next === isOpen) return;
    setOwn(next);
    options.onOpenChange?.(next);
  };
  return [isOpen, change];
}
