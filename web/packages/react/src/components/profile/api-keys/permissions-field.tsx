import type { PermissionKey } from "@tenantry/js";
import { type ReactNode, useId, useState } from "react";
import { useElement } from "../../../appearance/context.tsx";
import { useLocale } from "../../../localization.tsx";
import { FieldNote, SearchField } from "../../../ui/field.tsx";
import type { NamedPermission } from "./permission-names.ts";

/** The number of permissions from which on one can search among them. */
const MANY = 10;

/** A box for each permission that the viewer may give. */
export function PermissionsField(props: {
  offered: readonly NamedPermission[];
  chosen: readonly PermissionKey[];
  error?: string | undefined;
  onChosen: (chosen: readonly PermissionKey[]) => void;
}): ReactNode {
  const { offered, chosen, onChosen } = props;
  const element = useElement();
  const { text } = useLocale();
  const words = text.organizationProfile.apiKeys;
  const note = useId();
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLowerCase();
  const found = offered.filter(({ key, name }) => `${name} ${key}`.toLowerCase().includes(wanted));
  const toggle = (key: PermissionKey): void =>
    onChosen(chosen.includes(key) ? chosen.filter((one) => one !== key) : [...chosen, key]);
  return (
    <fieldset {...element("choices")} aria-describedby={note}>
      <legend {...element("label")}>{words.permissions}</legend>
      {offered.length >= MANY && (
        <SearchField label={words.searchPermissions} value={search} onText={setSearch} />
      )}
      <ul {...element("choiceList")}>
        {found.map(({ key, name, description }) => (
          <li key={key}>
            <label {...element("choice")}>
              <input
                {...element("checkbox")}
                type="checkbox"
                checked={chosen.includes(key)}
                onChange={() => toggle(key)}
              />
              <span {...element("rowText")}>
                <span>{name}</span>
                {description && <span {...element("hint")}>{description}</span>}
              </span>
            </label>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p {...element("empty")}>{words.noPermission}</p>}
      <FieldNote id={note} hint={words.permissionsHint} error={props.error} />
    </fieldset>
  );
}
