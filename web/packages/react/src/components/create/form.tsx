import type { OrganizationResource } from "@tenantry/js";
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { useElement } from "../../appearance/context.tsx";
import { useOrganizationCreationDefaults } from "../../hooks/useOrganizationCreationDefaults.ts";
import { useLocale } from "../../localization.tsx";
import { useAction } from "../../ui/action.ts";
import { ErrorAlert, Note } from "../../ui/alert.tsx";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { useToast } from "../../ui/toast.tsx";
import { fieldErrors } from "../field-errors.ts";
import { LogoField } from "../logo-field.tsx";
import { slugOf } from "../slug.ts";
import { SlugField } from "../slug-field.tsx";
import { useView } from "../state.ts";

const LONGEST_NAME = 256;

export interface CreateFormProps {
  hideSlug: boolean;
  onCreated: (organization: OrganizationResource) => void;
  onCancel: (() => void) | undefined;
}

export function CreateForm({ hideSlug, onCreated, onCancel }: CreateFormProps): ReactNode {
  const element = useElement();
  const { text, format, errorMessage } = useLocale();
  const words = text.createOrganization;
  const toast = useToast();
  const { tenantry, instance } = useView("<CreateOrganization>");
  const { data: defaults } = useOrganizationCreationDefaults();
  const [ownName, setName] = useState<string>();
  const [ownSlug, setSlug] = useState<string>();
  const [logo, setLogo] = useState<Blob | null>(null);
  const logoUrl = useObjectUrl(logo);
  // An attempt that failed later, when the organization was activated, goes on with the same one.
  const created = useRef<OrganizationResource>(undefined);
  const { isBusy, error, run } = useAction();
  const hasSlug = instance?.slugsEnabled === true && !hideSlug;
  const name = ownName ?? defaults?.name ?? "";
  const slug = ownSlug ?? (ownName === undefined ? defaults?.slug : undefined) ?? slugOf(name);
  const refused = fieldErrors(error, ["name", "slug"]);
  const messageOf = (field: string): string | undefined => {
    const own = refused.of(field);
    return own && errorMessage(own);
  };
  const isTooLong = name.trim().length > LONGEST_NAME;

  const create = (event: FormEvent): void => {
    event.preventDefault();
    if (!name.trim() || isTooLong) return;
    run(async () => {
      created.current ??= await tenantry.createOrganization({
        name: name.trim(),
        ...(hasSlug && slug ? { slug } : {}),
      });
      const made = created.current;
      await tenantry.setActive({ organization: made.id });
      // The organization is there without its logo too, and the settings take another one.
      const withLogo = logo ? await made.setLogo({ file: logo }).catch(() => null) : made;
      toast(format(withLogo ? words.created : words.createdWithoutLogo, { name: made.name }));
      onCreated(withLogo ?? made);
    });
  };

  return (
    <form {...element("form")} onSubmit={create} noValidate>
      {defaults?.advisory && <Note>{words.advisory}</Note>}
      <LogoField
        name={name}
        imageUrl={logoUrl}
        hasImage={logo !== null}
        onLogo={async (file) => setLogo(file)}
      />
      <TextField
        label={words.name}
        data-autofocus=""
        placeholder={words.namePlaceholder}
        value={name}
        required
        error={isTooLong ? words.nameTooLong : messageOf("name")}
        onText={setName}
      />
      {hasSlug && <SlugField value={slug} error={messageOf("slug")} onText={setSlug} />}
      <ErrorAlert error={refused.rest} />
      <div {...element("actions")}>
        {onCancel && <Button onClick={onCancel}>{text.common.cancel}</Button>}
        <Button
          type="submit"
          variant="primary"
          isBusy={isBusy}
          disabled={!name.trim() || isTooLong}
        >
          {words.create}
        </Button>
      </div>
    </form>
  );
}

function useObjectUrl(blob: Blob | null): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (!blob) return setUrl(undefined);
    const made = URL.createObjectURL(blob);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  return url;
}
