import {
  CreateOrganization,
  OrganizationList,
  OrganizationProfile,
  OrganizationSwitcher,
  type PartialLocalization,
  useAuth,
} from "@tenantry/react";
import { ar } from "@tenantry/react/locales/ar";
import { de } from "@tenantry/react/locales/de";
import { es } from "@tenantry/react/locales/es";
import { fr } from "@tenantry/react/locales/fr";
import { type ReactNode, useState } from "react";
import { Gate } from "../layout/gate.tsx";
import { Screen } from "../layout/screen.tsx";

const SWITCHES = [
  ["hidePersonal", "Leave out the personal account"],
  ["hideCreate", "Leave out “Create organization”"],
  ["hideSlug", "Leave out the slug"],
  ["skipInvitationScreen", "Skip the invite screen after creating"],
  ["asStandalone", "Only the panel, without a button"],
] as const;
const VIEWS = ["OrganizationProfile", "OrganizationList", "CreateOrganization"] as const;
const THEMES = ["system", "light", "dark"] as const;
const LANGUAGES = ["en", "de", "fr", "es", "ar"] as const;
const LOCALES: Partial<Record<Language, PartialLocalization>> = { ar, de, es, fr };

type Props = Partial<Record<(typeof SWITCHES)[number][0], true>>;
type View = (typeof VIEWS)[number];
type Theme = (typeof THEMES)[number];
type Language = (typeof LANGUAGES)[number];

interface Choices {
  readonly props: Props;
  readonly view: View;
  readonly theme: Theme;
  readonly language: Language;
}

export function PrebuiltScreen(): ReactNode {
  const [props, setProps] = useState<Props>({});
  const [view, setView] = useState<View>("OrganizationProfile");
  const [theme, setTheme] = useState<Theme>("system");
  const [language, setLanguage] = useState<Language>("en");
  const choices = { props, view, theme, language };
  return (
    <Screen
      path="/prebuilt"
      lead="One line each: a switcher for your header, the settings of an organization, a list to choose from, and a form to create one."
      steps={[
        "Open the switcher, and choose an organization. The page below follows.",
        "In Members, invite people and change roles. As Grace, the same page only shows them.",
        "Turn props on and off. The code below is what you see.",
      ]}
      files={[{ name: "App.tsx", source: writeCode(choices) }]}
      isWide
    >
      <fieldset className="switches">
        <legend>Props</legend>
        {SWITCHES.map(([name, label]) => (
          <label key={name}>
            <input
              type="checkbox"
              checked={props[name] ?? false}
              onChange={({ target }) => setProps(withSwitch(props, name, target.checked))}
            />
            <span>
              <code>{name}</code>
              <small>{label}</small>
            </span>
          </label>
        ))}
        <Choice label="Theme" values={THEMES} value={theme} onChange={setTheme} />
        <Choice label="Language" values={LANGUAGES} value={language} onChange={setLanguage} />
        <Choice label="Content" values={VIEWS} value={view} onChange={setView} />
      </fieldset>
      <Gate>
        <Product {...choices} />
      </Gate>
    </Screen>
  );
}

function Product({ props, view, theme, language }: Choices): ReactNode {
  const { orgId } = useAuth({ treatPendingAsSignedOut: false });
  const localization = LOCALES[language];
  const look = { appearance: { theme }, ...(localization && { localization }) };
  const { hidePersonal, hideSlug, skipInvitationScreen } = props;
  const some = { ...pick({ hideSlug, skipInvitationScreen }), ...look };
  return (
    <div className="product" data-theme={theme === "system" ? undefined : theme}>
      <div className="product-header">
        <span aria-hidden="true">Your product</span>
        {/* The panel alone is drawn once, so its props count from the start. */}
        <OrganizationSwitcher key={String(props.asStandalone)} {...props} {...look} />
      </div>
      <div className="product-body">
        {view === "OrganizationProfile" && orgId === null && (
          <p className="quiet">Open the switcher, and choose an organization.</p>
        )}
        {view === "OrganizationProfile" && orgId && <OrganizationProfile {...look} />}
        {view === "OrganizationList" && <OrganizationList {...some} {...pick({ hidePersonal })} />}
        {view === "CreateOrganization" && <CreateOrganization {...some} />}
      </div>
    </div>
  );
}

interface ChoiceProps<Value extends string> {
  label: string;
  values: readonly Value[];
  value: Value;
  onChange: (value: Value) => void;
}

function Choice<Value extends string>({
  label,
  values,
  value,
  onChange,
}: ChoiceProps<Value>): ReactNode {
  return (
    <label>
      {label}
      <select value={value} onChange={({ target }) => onChange(target.value as Value)}>
        {values.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    </label>
  );
}

function withSwitch(props: Props, name: keyof Props, isOn: boolean): Props {
  const { [name]: _, ...rest } = props;
  return isOn ? { ...rest, [name]: true } : rest;
}

function pick(props: { [Name in keyof Props]: true | undefined }): Props {
  return Object.fromEntries(Object.entries(props).filter(([, value]) => value));
}

/** Writes the code of what `Product` shows. */
function writeCode({ props, view, theme, language }: Choices): string {
  const isEnglish = language === "en";
  const look =
    (theme === "system" ? "" : ` appearance={{ theme: "${theme}" }}`) +
    (isEnglish ? "" : ` localization={${language}}`);
  const locale = isEnglish
    ? ""
    : `import { ${language} } from "@tenantry/react/locales/${language}";\n`;
  const attributes = (names: readonly (keyof Props)[]) =>
    names.map((name) => (props[name] ? ` ${name}` : "")).join("");
  const all = attributes(SWITCHES.map(([name]) => name));
  const own: Record<View, string> = {
    OrganizationProfile: "",
    OrganizationList: attributes(["hidePersonal", "hideSlug", "skipInvitationScreen"]),
    CreateOrganization: attributes(["hideSlug", "skipInvitationScreen"]),
  };
  return `import {
  ${view},
  OrganizationSwitcher,
} from "@tenantry/react";
${locale}import "@tenantry/react/styles.css";

export function App() {
  return (
    <>
      <header>
        <OrganizationSwitcher${all}${look} />
      </header>
      <${view}${own[view]}${look} />
    </>
  );
}
`;
}
