import "@tenantry/react/styles.css";
import { type PartialLocalization, TenantryProvider } from "@tenantry/react";
import { StrictMode, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { createFakeTenantry } from "./fake.ts";
import { SCENES, type Scene } from "./scenes.tsx";

type Theme = "system" | "light" | "dark";

/** How a state looks. */
interface Look {
  theme: Theme;
  lang: string;
}

/** The languages, each loaded when it is asked for. */
const LANGUAGES: Readonly<Record<string, () => Promise<PartialLocalization>>> = {
  en: () => import("@tenantry/react/locales/en").then(({ en }) => en),
  de: () => import("@tenantry/react/locales/de").then(({ de }) => de),
  fr: () => import("@tenantry/react/locales/fr").then(({ fr }) => fr),
  es: () => import("@tenantry/react/locales/es").then(({ es }) => es),
  ar: () => import("@tenantry/react/locales/ar").then(({ ar }) => ar),
};

const parameters = new URLSearchParams(location.search);
const look: Look = {
  theme: (parameters.get("theme") ?? "system") as Theme,
  lang: parameters.get("lang") ?? "en",
};
const name = parameters.get("state");
const nonce = parameters.get("nonce");
/** `?world=` holds more options of the world, as JSON. */
const world = JSON.parse(parameters.get("world") ?? "{}");

/** Presses one button after the other, each as soon as it is there, and waits for what they lead to. */
async function press(steps: NonNullable<Scene["clicks"]>, result = "dialog[open]"): Promise<void> {
  for (const step of steps) {
    if (typeof step === "string") (await appears(() => findButton(step))).click();
    else type(await appears(() => findField(step.label)), step.text);
  }
  await appears(() => document.querySelector(result));
}

/** What a button says, without the letter of a picture in it. */
const words = (button: HTMLElement): string =>
  (button.querySelector(".tn-rowTitle") ?? button).textContent?.replace(/\s+/g, " ").trim() ?? "";

/** Behind a dialog nothing can be used. */
const usable = (): ParentNode => [...document.querySelectorAll("dialog[open]")].at(-1) ?? document;

const findField = (label: string): HTMLInputElement | undefined =>
  [...usable().querySelectorAll("input")].find((input) => input.labels?.[0]?.textContent === label);

/** React follows an input only if the value is set as the browser sets it. */
function type(input: HTMLInputElement, text: string): void {
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(input, text);
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

const findButton = (label: string): HTMLElement | undefined =>
  [...usable().querySelectorAll<HTMLElement>("button:is(.tn-root, .tn-root *)")].find(
    (button) => words(button).startsWith(label) && !button.matches(":disabled"),
  );

function appears<Found extends Element>(find: () => Found | null | undefined): Promise<Found> {
  return new Promise((resolve) => {
    const look = (): void => {
      const found = find();
      if (found) resolve(found);
      else requestAnimationFrame(look);
    };
    look();
  });
}

interface StageProps {
  scene: Scene;
  theme: Theme;
  localization: PartialLocalization;
}

function Stage({ scene, theme, localization }: StageProps) {
  const [tenantry] = useState(() => createFakeTenantry({ ...scene.world, ...world }));
  const [went, setWent] = useState<string>();
  useEffect(() => {
    Object.assign(window, { tenantry });
    const follow = (event: Event): void => setWent((event as CustomEvent<string>).detail);
    window.addEventListener("gallery:navigate", follow);
    return () => window.removeEventListener("gallery:navigate", follow);
  }, [tenantry]);
  return (
    <TenantryProvider
      tenantry={tenantry}
      appearance={{ theme }}
      localization={localization}
      {...(nonce === null ? {} : { nonce })}
    >
      {scene.show()}
      {went && <output id="went">{went}</output>}
    </TenantryProvider>
  );
}

function Contents() {
  return (
    <nav>
      <h1>Gallery</h1>
      <ul>
        {Object.keys(SCENES).map((state) => (
          <li key={state}>
            {state}:{" "}
            {Object.keys(LANGUAGES).map((lang) => (
              <span key={lang}>
                <a href={`?state=${state}&lang=${lang}&theme=light`}>{lang}</a>{" "}
                <a href={`?state=${state}&lang=${lang}&theme=dark`}>{lang} dark</a>{" "}
              </span>
            ))}
          </li>
        ))}
      </ul>
    </nav>
  );
}

const scene = name === null ? undefined : SCENES[name];
const root = createRoot(document.body.appendChild(document.createElement("main")));

function show(scene: Scene, theme: Theme, localization: PartialLocalization): void {
  document.documentElement.dataset.theme = theme;
  document.documentElement.lang = localization.locale ?? "en";
  document.documentElement.dir = localization.dir ?? "ltr";
  root.render(
    <StrictMode>
      <Stage scene={scene} theme={theme} localization={localization} />
    </StrictMode>,
  );
}

if (scene && look.lang in LANGUAGES) {
  /** Shows the state in another theme and language. Tests call it, because loading the page takes longer. */
  const changeLook = async ({ theme, lang }: Look): Promise<void> =>
    show(scene, theme, (await LANGUAGES[lang]?.()) ?? {});
  Object.assign(window, { changeLook });
  // The buttons are named in English; the state that they lead to stays when the language changes.
  if (scene.clicks) {
    show(scene, look.theme, {});
    await press(scene.clicks, scene.shows);
  }
  await changeLook(look);
  document.documentElement.dataset.pressed = "";
} else {
  document.documentElement.dataset.theme = look.theme;
  root.render(<Contents />);
}
