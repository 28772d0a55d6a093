/** Signs in, fills the two menus, and then runs the scripts of 2022 as they are. */
import "../src/styles/demo.css";
import "../src/styles/screens.css";
import "../src/styles/people.css";
import "./plain.css";
import { loadAs } from "./load.ts";
import { fillMenu, find, readPerson, showPeople } from "./menus.ts";

const scripts = import.meta.glob("./2022/*.js");
const sources = import.meta.glob<string>("./2022/*.js", {
  eager: true,
  query: "?raw",
  import: "default",
});
const ALWAYS = ["create", "list"];
const WITH_ORGANIZATION = ["edit", "members"];

for (const name of [...ALWAYS, ...WITH_ORGANIZATION]) {
  find(`${name}_source`).textContent = sources[`./2022/${name}.js`] ?? "";
}
showPeople();
await loadAs(window.Clerk, readPerson());
const hasOrganization = await chooseOrganization();
for (const name of [...ALWAYS, ...(hasOrganization ? WITH_ORGANIZATION : [])]) {
  await scripts[`./2022/${name}.js`]?.();
}
document.body.dataset.ready = "";

/** The scripts are about one organization, whose ID they take from the address. */
async function chooseOrganization(): Promise<boolean> {
  const memberships = await window.Clerk.getOrganizationMemberships();
  const organizations = memberships.map(({ organization }) => organization);
  const url = new URL(location.href);
  const asked = url.searchParams.get("organization");
  const current = organizations.find(({ id }) => id === asked) ?? organizations[0];
  if (!current) return false;
  url.searchParams.set("organization", current.id);
  history.replaceState(null, "", url);
  const options = organizations.map(({ id, name }) => ({ value: id, label: name }));
  fillMenu("organization", options, current.id);
  return true;
}
