// The bar above GraphiQL: the name, the examples, and the identity menu.
import { DropdownMenu, useDidUpdate, useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useEffect } from "react";
import { openExamples } from "./examples.js";
import { OTHER } from "./identity.js";
import { useSystemTheme } from "./theme.js";

export function TopBar({ identities, identity, documents }) {
  useSystemTheme();
  useSchemaOf(identity);
  useActiveTabInView();
  return (
    <header className="tenantry-bar">
      <h1>
        <img src={new URL("icon.svg", import.meta.url).href} alt="" width="26" height="26" />
        Tenantry
      </h1>
      {documents.length > 0 && <Examples documents={documents} />}
      <IdentitySwitcher identities={identities} identity={identity} />
    </header>
  );
}

function Examples({ documents }) {
  const tabs = useGraphiQL((state) => state.tabs);
  const actions = useGraphiQLActions();
  const open = (chosen) => () => openExamples(chosen, tabs, actions);
  return (
    <DropdownMenu>
      <DropdownMenu.Button className="tenantry-button">Examples</DropdownMenu.Button>
      <DropdownMenu.Content align="start" className="tenantry-menu">
        {documents.map((document) => (
          <DropdownMenu.Item key={document.name} onSelect={open([document])}>
            {document.name}
          </DropdownMenu.Item>
        ))}
        <DropdownMenu.Item className="tenantry-menu-last" onSelect={open(documents)}>
          Restore examples
        </DropdownMenu.Item>
      </DropdownMenu.Content>
    </DropdownMenu>
  );
}

function IdentitySwitcher({ identities, identity }) {
  return (
    <form className="tenantry-identity" onSubmit={(event) => event.preventDefault()}>
      <label htmlFor="identity">Signed in as</label>
      <select id="identity" value={identity.choice} onChange={(event) => identity.choose(event.target.value)}>
        {identities.map(({ label, detail }) => (
          <option key={label} value={label}>
            {detail ? `${label} – ${detail}` : label}
          </option>
        ))}
        <option value={OTHER}>Other token…</option>
      </select>
      {identity.isOther && (
        <input
          type="password"
          aria-label="Token"
          placeholder="Paste a token or secret key"
          autoComplete="off"
          spellCheck={false}
          value={identity.token}
          onChange={(event) => identity.paste(event.target.value)}
        />
      )}
    </form>
  );
}

// The next identity may be allowed to read the schema if this one wasn't. A loaded schema is kept.
function useSchemaOf({ authorization }) {
  const hasSchema = useGraphiQL((state) => Boolean(state.schema));
  const { introspect } = useGraphiQLActions();
  useDidUpdate(() => {
    if (!hasSchema) introspect();
  }, [authorization]);
}

function useActiveTabInView() {
  const index = useGraphiQL((state) => state.activeTabIndex);
  useEffect(() => {
    const tab = document.getElementById(`graphiql-session-tab-${index}`);
    tab?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [index]);
}
