import {
  CreateOrganization,
  OrganizationList,
  OrganizationProfile,
  OrganizationSwitcher,
  useAuth,
} from "@tenantry/react";
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

type Props = Partial<Record<(typeof SWITCHES)[number][0], true>>;
type View = (typeof VIEWS)[number];
type Theme = (typeof THEMES)[number];

export function PrebuiltScreen(): ReactNode {
  const [props, setProps] = useState<Props>({});
  const [view, setView] = useState<View>("OrganizationProfile");
  const [theme, setTheme] = useState<Theme>("system");
  return (
    <Screen
      path="/prebuilt"
      lead="One line each: a switcher for your header, the settings of an organization, a list to choose from, and a form to create one."
      steps={[
        "Open the switcher, and choose an organization. The page below follows.",
        "In Members, invite people and change roles. As Grace, the same page only shows them.",
        "Turn props on and off. The code beside is what you see.",
      ]}
      files={[{ name: "App.tsx", source: writeCode(props, view, theme) }]}
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
        <Choice label="Below the header" values={VIEWS} value={view} onChange={setView} />
      </fieldset>
      <Gate>
        <Product {...{ props, view, theme }} />
      </Gate>
    </Screen>
  );
}

function Product({ props, view, theme }: { props: Props; view: View; theme: Theme }): ReactNode {
  const { orgId } = useAuth({ treatPendingAsSignedOut: false });
  const appearance = { theme };
  const { hidePersonal, hideSlug, skipInvitationScreen } = props;
  const some = { ...pick({ hideSlug, skipInvitationScreen }), appearance };
  return (
    <div className="product" data-theme={theme === "system" ? undefined : theme}>
      <div className="product-header">
        <span aria-hidden="true">Your product</span>
        {/* The panel alone is drawn once, so its props count from the start. */}
        <OrganizationSwitcher key={String(props.asStandalone)} {...props} appearance={appearance} />
      </div>
      {view === "OrganizationProfile" && orgId === null && (
        <p className="quiet">Open the switcher, and choose an organization.</p>
      )}
      {view === "OrganizationProfile" && orgId && <OrganizationProfile appearance={appearance} />}
      {view === "OrganizationList" && <OrganizationList {...some} {...pick({ hidePersonal })} />}
      {view === "CreateOrganization" && <CreateOrganization {...some} />}
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
function writeCode(props: Props, view: View, theme: Theme): string {
  const look = theme === "system" ? "" : ` appearance={{ theme: "${theme}" }}`;
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
import "@tenantry/react/styles.css";

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
