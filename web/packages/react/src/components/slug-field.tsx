import type { ReactNode } from "react";
import { useElement } from "../appearance/context.tsx";
import { useLocale } from "../localization.tsx";
import { TextField } from "../ui/field.tsx";
import { useSlugAvailability } from "./slug.ts";

export interface SlugFieldProps {
  value: string;
  onText: (slug: string) => void;
  error: string | undefined;
  /** The organization that has the slug, whose own one counts as free. */
  organizationId?: string;
  /** The slug that is stored, about which nothing needs to be said. */
  stored?: string;
  disabled?: boolean;
}

/** The slug, with the server's word about it while typing and a free one to take instead. */
export function SlugField(props: SlugFieldProps): ReactNode {
  const { value, stored, organizationId } = props;
  const element = useElement();
  const { text, format } = useLocale();
  const words = text.organizationProfile.general;
  const isNew = value !== "" && value !== stored;
  const answer = useSlugAvailability(isNew ? value : "", organizationId);
  const taken = answer?.code === "form_identifier_exists" ? words.slugTaken : answer?.message;
  const suggestion = answer?.suggestion;
  return (
    <div {...element("field")}>
      <TextField
        label={words.slug}
        value={value}
        spellCheck={false}
        disabled={props.disabled}
        error={props.error ?? (answer && !answer.available ? taken : undefined)}
        hint={answer?.available ? words.slugFree : undefined}
        onText={(slug) => props.onText(slug.toLowerCase().replace(/\s+/g, "-"))}
      />
      {suggestion && !answer.available && (
        <button type="button" {...element("link")} onClick={() => props.onText(suggestion)}>
          {format(words.slugSuggestion, { slug: suggestion })}
        </button>
      )}
    </div>
  );
}
