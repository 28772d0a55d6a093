// What GraphiQL keeps between visits: tabs, history and layout, never a header, because headers carry tokens.
const PREFIX = "tenantry:";

// Copies of the active tab, which the tabs hold anyway; the two drift apart and a reload would then open one tab twice.
const COPIES = new Set(["graphiql:query", "graphiql:variables", "graphiql:headers"]);

function ownKeys() {
  return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
}

function withoutHeaders(text) {
  const blank = (name, value) => (name === "headers" && value ? "" : value);
  try {
    return JSON.stringify(JSON.parse(text), blank);
  } catch {
    return text;
  }
}

export const storage = {
  getItem: (key) => localStorage.getItem(PREFIX + key),
  setItem: (key, value) => COPIES.has(key) || localStorage.setItem(PREFIX + key, withoutHeaders(value)),
  removeItem: (key) => localStorage.removeItem(PREFIX + key),
  clear: () => ownKeys().forEach((key) => localStorage.removeItem(key)),
  get length() {
    return ownKeys().length;
  },
};
