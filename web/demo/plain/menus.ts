import { PEOPLE } from "../src/people.ts";

export function find(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The page has no element with the ID ${id}.`);
  return element;
}

export function readPerson(): string {
  return new URLSearchParams(location.search).get("as") ?? "ada@example.com";
}

/** Choosing another person loads the page again. */
export function showPeople(): void {
  const people = PEOPLE.map(({ email, name }) => ({ value: email, label: name }));
  fillMenu("person", people, readPerson());
}

interface MenuOption {
  readonly value: string;
  readonly label: string;
}

const PARAMETERS = { person: "as", organization: "organization" } as const;

/** A choice is a parameter of the address. */
export function fillMenu(
  id: keyof typeof PARAMETERS,
  options: readonly MenuOption[],
  value: string,
): void {
  const menu = find(id);
  if (!(menu instanceof HTMLSelectElement)) return;
  menu.replaceChildren(...options.map((option) => new Option(option.label, option.value)));
  menu.value = value;
  menu.addEventListener("change", () => {
    const url = new URL(location.href);
    url.searchParams.set(PARAMETERS[id], menu.value);
    location.assign(url);
  });
}
