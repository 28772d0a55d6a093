// The server's documents as GraphiQL tabs.
export function exampleTab({ query, variables }) {
  const isEmpty = Object.keys(variables).length === 0;
  return { query, variables: isEmpty ? "" : JSON.stringify(variables, null, 2) };
}

// The tabs that GraphiQL starts with: the examples on the first visit, and the stored tabs later.
export function openingTabs(storage, documents) {
  const stored = storedTabs(storage);
  if (!stored) {
    const defaultTabs = documents.length > 0 ? documents.map(exampleTab) : undefined;
    return { defaultTabs, initialVariables: defaultTabs?.[0].variables };
  }
  const active = stored.tabs[stored.activeTabIndex];
  return { initialQuery: active?.query ?? undefined, initialVariables: active?.variables ?? undefined };
}

function storedTabs(storage) {
  try {
    const state = JSON.parse(storage.getItem("graphiql:tabState"));
    return Array.isArray(state?.tabs) ? state : null;
  } catch {
    return null;
  }
}

// Opens the documents that no tab shows unchanged, and selects the first one. No edits are lost.
export function openExamples(documents, tabs, { moveTab, changeTab }) {
  const examples = documents.map(exampleTab);
  const missing = examples.filter((example) => !tabs.some((tab) => isSame(tab, example)));
  const all = [...tabs, ...missing.map(newTab)];
  if (missing.length > 0) moveTab(all);
  changeTab(all.findIndex((tab) => isSame(tab, examples[0])));
}

function isSame(tab, example) {
  return (tab.query ?? "").trim() === example.query.trim() && (tab.variables ?? "").trim() === example.variables;
}

function newTab({ query, variables }, index) {
  const operationName = /\b(?:query|mutation|subscription)\s+(\w+)/.exec(query)?.[1] ?? null;
  const title = operationName ?? "<untitled>";
  return { id: `example-${Date.now()}-${index}`, title, query, variables, headers: null, operationName, response: null };
}
