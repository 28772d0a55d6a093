// The GraphiQL page: GraphiQL itself, below a bar that says who one is signed in as.
import { DocExplorerStore, DOC_EXPLORER_PLUGIN } from "@graphiql/plugin-doc-explorer";
import { HISTORY_PLUGIN, HistoryStore } from "@graphiql/plugin-history";
import { GraphiQLProvider } from "@graphiql/react";
import { GraphiQL, GraphiQLInterface } from "graphiql";
import { useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import "graphiql/style.css";
import "./graphiql.css";
import { Answer } from "./answer.jsx";
import { openingTabs } from "./examples.js";
import { createFetcher } from "./fetcher.js";
import { useIdentity } from "./identity.js";
import { storage } from "./storage.js";
import { editorTheme } from "./theme.js";
import { TopBar } from "./topbar.jsx";
import "./workers.js";

const config = JSON.parse(document.getElementById("config").textContent);

// Outside the component: GraphiQL takes some of these by identity, and a new one would start it afresh.
const plugins = [DOC_EXPLORER_PLUGIN, HISTORY_PLUGIN];
const opening = openingTabs(storage, config.documents);

function Page() {
  const identity = useIdentity(config.identities);
  const [answer, setAnswer] = useState(null);
  const current = useRef(identity);
  current.current = identity;
  // One fetcher for the life of the page: GraphiQL introspects again whenever it is given another.
  const [fetcher] = useState(() => createFetcher(config.endpoint, () => current.current, setAnswer));
  return (
    <GraphiQLProvider
      {...opening}
      fetcher={fetcher}
      storage={storage}
      plugins={plugins}
      referencePlugin={DOC_EXPLORER_PLUGIN}
      editorTheme={editorTheme}
      inputValueDeprecation
      schemaDescription
    >
      <HistoryStore>
        <DocExplorerStore>
          <TopBar identities={config.identities} identity={identity} documents={config.documents} />
          <GraphiQLInterface defaultEditorToolsVisibility="variables" showPersistHeadersSettings={false}>
            <GraphiQL.Logo>
              <></>
            </GraphiQL.Logo>
            <GraphiQL.Footer>
              <Answer answer={answer} clear={setAnswer} />
            </GraphiQL.Footer>
          </GraphiQLInterface>
        </DocExplorerStore>
      </HistoryStore>
    </GraphiQLProvider>
  );
}

createRoot(document.getElementById("graphiql")).render(<Page />);
