import "../src/styles/demo.css";
import "../src/styles/screens.css";
import "../src/styles/people.css";
import "./plain.css";
import source from "./components.ts?raw";
import { loadAs } from "./load.ts";
import { find, readPerson, showPeople } from "./menus.ts";

const { Tenantry } = window;

showPeople();
find("source").textContent = source;
await loadAs(Tenantry, readPerson());
Tenantry.mountOrganizationSwitcher(find("switcher"), { hidePersonal: true });
Tenantry.mountOrganizationList(find("content"), { hidePersonal: true });
