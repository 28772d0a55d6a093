import type { OrganizationMembershipResource, OrganizationResource } from "@tenantry/js";
import { type FormEvent, type ReactNode, useState } from "react";
import { useElement } from "../../../appearance/context.tsx";
import { useLocale } from "../../../localization.tsx";
import { useAction } from "../../../ui/action.ts";
import { ErrorAlert, Note } from "../../../ui/alert.tsx";
import { Button } from "../../../ui/button.tsx";
import { TextField } from "../../../ui/field.tsx";
import { useToast } from "../../../ui/toast.tsx";
import { fieldErrors } from "../../field-errors.ts";
import { LogoField } from "../../logo-field.tsx";
import { SlugField } from "../../slug-field.tsx";
import { useView } from "../../state.ts";
import { PageHeader } from "../page-header.tsx";
import { DangerSection } from "./danger.tsx";

/** The organization that a page of the settings shows, and the viewer's membership in it. */
export interface Shown {
  organization: OrganizationResource;
  membership: OrganizationMembershipResource;
}

export function GeneralPage({ organization, membership }: Shown): ReactNode {
  const element = useElement();
  const { text, date } = useLocale();
  const words = text.organizationProfile.general;
  const mayEdit = membership.permissions.includes("org:sys_profile:manage");
  return (
    <>
      <PageHeader title={words.title} />
      {mayEdit && (
        <LogoField
          name={organization.name}
          imageUrl={organization.imageUrl}
          hasImage={organization.hasImage}
          onLogo={async (file) => {
            await organization.setLogo({ file });
          }}
        />
      )}
      <NameAndSlug key={organization.id} organization={organization} mayEdit={mayEdit} />
      <dl {...element("facts")}>
        <dt>{words.yourRole}</dt>
        <dd>{membership.roleName}</dd>
        <dt>{words.created}</dt>
        <dd>{date(organization.createdAt)}</dd>
      </dl>
      <DangerSection organization={organization} membership={membership} />
    </>
  );
}

/** A field's value in the form. It follows the stored one until the user changes it. */
function useDraft(stored: string): {
  value: string;
  set: (value: string) => void;
  isNewer: boolean;
  take: () => void;
} {
  const [draft, setDraft] = useState<{ value: string; from: string }>();
  return {
    value: draft?.value ?? stored,
    set: (value) => setDraft(value === stored ? undefined : { value, from: draft?.from ?? stored }),
    isNewer: draft !== undefined && draft.from !== stored && draft.value !== stored,
    take: () => setDraft(undefined),
  };
}

function NameAndSlug({
  organization,
  mayEdit,
}: {
  organization: OrganizationResource;
  mayEdit: boolean;
}): ReactNode {
  const element = useElement();
  const { text, errorMessage } = useLocale();
  const words = text.organizationProfile.general;
  const { instance } = useView("<OrganizationProfile>");
  const toast = useToast();
  const name = useDraft(organization.name);
  const slug = useDraft(organization.slug ?? "");
  const { isBusy, error, run } = useAction();
  const refused = fieldErrors(error, ["name", "slug"]);
  const changes = {
    ...(name.value.trim() === organization.name ? {} : { name: name.value.trim() }),
    ...(slug.value === (organization.slug ?? "") ? {} : { slug: slug.value }),
  };
  const isChanged = Object.keys(changes).length > 0;
  const messageOf = (field: string): string | undefined => {
    const own = refused.of(field);
    return own && errorMessage(own);
  };

  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (!isChanged) return;
    run(async () => {
      await organization.update(changes);
      name.take();
      slug.take();
      toast(words.saved);
    });
  };

  return (
    <form {...element("form")} onSubmit={save}>
      <TextField
        label={words.name}
        value={name.value}
        maxLength={256}
        readOnly={!mayEdit}
        required
        error={messageOf("name")}
        hint={mayEdit ? undefined : words.readOnly}
        onText={name.set}
      />
      {name.isNewer && <Newer value={organization.name} onTake={name.take} />}
      {instance?.slugsEnabled && mayEdit && (
        <SlugField
          value={slug.value}
          stored={organization.slug ?? ""}
          organizationId={organization.id}
          error={messageOf("slug")}
          onText={slug.set}
        />
      )}
      {slug.isNewer && <Newer value={organization.slug ?? ""} onTake={slug.take} />}
      <ErrorAlert error={refused.rest} />
      {isChanged && (
        <div {...element("actions")}>
          <Button
            onClick={() => {
              name.take();
              slug.take();
            }}
          >
            {text.common.cancel}
          </Button>
          <Button type="submit" variant="primary" isBusy={isBusy} disabled={!name.value.trim()}>
            {text.common.save}
          </Button>
        </div>
      )}
    </form>
  );
}

/** Offers the value that somebody else has stored while this one was being edited. */
function Newer({ value, onTake }: { value: string; onTake: () => void }): ReactNode {
  const { text, format } = useLocale();
  const words = text.organizationProfile.general;
  return (
    <Note
      actions={
        <Button size="small" onClick={onTake}>
          {words.takeNewer}
        </Button>
      }
    >
      {format(words.newer, { value })}
    </Note>
  );
}
