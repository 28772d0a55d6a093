import { type DragEvent, type ReactNode, useId, useState } from "react";
import { useElement } from "../appearance/context.tsx";
import { useLocale } from "../localization.tsx";
import { useAction } from "../ui/action.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Button } from "../ui/button.tsx";
import { FieldNote } from "../ui/field.tsx";
import { LogoError, scaleLogo } from "./logo.ts";

export interface LogoFieldProps {
  name: string;
  imageUrl: string | undefined;
  hasImage: boolean;
  /** Takes the scaled picture, or null to remove it. */
  onLogo: (logo: Blob | null) => Promise<void>;
}

/** The logo, to be picked or dropped. The browser scales it before it is sent. */
export function LogoField(props: LogoFieldProps): ReactNode {
  const element = useElement();
  const { text, errorMessage } = useLocale();
  const words = text.organizationProfile.general;
  const { isBusy, error, run } = useAction();
  const [isOver, setOver] = useState(false);
  const id = useId();
  const take = (file: File | undefined): void => {
    if (file) run(async () => props.onLogo(await scaleLogo(file)));
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files[0]);
  };
  const refusal = error instanceof LogoError ? words[error.reason] : error && errorMessage(error);
  const pick = (): void => document.getElementById(id)?.click();

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the button is the first.
    <div
      {...element("logo")}
      data-over={isOver ? "" : undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Avatar size="large" name={props.name || "?"} imageUrl={props.imageUrl} />
      <div {...element("field")}>
        <input
          id={id}
          type="file"
          hidden
          aria-label={words.logo}
          accept="image/png,image/jpeg,image/webp,image/gif"
          onChange={(event) => {
            take(event.target.files?.[0]);
            event.target.value = "";
          }}
        />
        <div {...element("toolbar")}>
          <Button size="small" isBusy={isBusy} onClick={pick}>
            {words.upload}
          </Button>
          {props.hasImage && (
            <Button
              size="small"
              variant="quiet"
              disabled={isBusy}
              onClick={() => run(() => props.onLogo(null))}
            >
              {words.remove}
            </Button>
          )}
        </div>
        <FieldNote id={`${id}-note`} hint={words.logoHint} error={refusal as string | undefined} />
      </div>
    </div>
  );
}
