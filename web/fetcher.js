// Sends an operation as the identity of the moment, a subscription over WebSocket and everything else over HTTP; what
// goes wrong on the way becomes a sentence.
import { parse } from "graphql";
import { subscription } from "./subscription.js";

const ACCEPT = "application/graphql-response+json, application/json";

export function createFetcher(endpoint, identity, onAnswer) {
  return async ({ query, variables, operationName }, { headers } = {}) => {
    const { label, authorization } = identity();
    const meant = operationIn(query, operationName);
    const operation = { query, variables, operationName: meant.name };
    const overriding = Object.keys(headers ?? {}).find((name) => name.toLowerCase() === "authorization");
    const sender = overriding ? "the Headers pane says" : label;
    if (meant.kind === "subscription") {
      const credential = overriding ? headers[overriding] : authorization;
      return subscription(endpoint, operation, credential, listening(sender, onAnswer));
    }
    const started = performance.now();
    const { result, status } = await post(endpoint, operation, { authorization, headers });
    if (operationName !== "IntrospectionQuery") {
      onAnswer(`${status ?? "No answer"} · ${Math.round(performance.now() - started)} ms · as ${sender}`);
    }
    return result;
  };
}

// Says how a subscription is getting on.
function listening(sender, onAnswer) {
  let count = 0;
  let last = "nothing yet: make a change in another window";
  const say = (state) => onAnswer(`${state} as ${sender} · ${last}`);
  say("Connecting");
  return ({ result, isOver }) => {
    if (result?.data) {
      count += 1;
      last = `${count} ${count === 1 ? "event" : "events"}, the last one at ${new Date().toLocaleTimeString()}`;
    }
    if (isOver && count === 0) last = "no event";
    say(isOver ? "Stopped listening" : "Listening");
  };
}

// Just after a change of tab GraphiQL still has the name of the operation before.
function operationIn(query, operationName) {
  try {
    const operations = parse(query).definitions.filter(({ kind }) => kind === "OperationDefinition");
    const meant = operations.length === 1 ? operations[0] : operations.find(({ name }) => name?.value === operationName);
    return { name: operations.length === 1 ? meant.name?.value : operationName, kind: meant?.operation };
  } catch {
    return { name: operationName };
  }
}

async function post(endpoint, operation, credentials) {
  let request;
  try {
    request = { method: "POST", headers: requestHeaders(credentials), body: JSON.stringify(operation) };
  } catch {
    return fault("Not sent: a header or the token holds a character that a header cannot carry.");
  }
  let response;
  let body;
  try {
    response = await fetch(endpoint, request);
    body = await response.text();
  } catch {
    return fault(`No answer from ${new URL(endpoint, location.href)}. Is the server running?`);
  }
  return answer(response, body);
}

// What stands in the headers editor wins over the identity.
function requestHeaders({ authorization, headers }) {
  const merged = new Headers({ accept: ACCEPT, "content-type": "application/json" });
  if (authorization) merged.set("authorization", authorization);
  for (const [name, value] of Object.entries(headers ?? {})) merged.set(name, value);
  return merged;
}

function answer(response, body) {
  const status = `${response.status} ${response.statusText}`.trim();
  try {
    const result = JSON.parse(body);
    if (typeof result === "object" && result !== null) return { result, status };
  } catch {
    // Not JSON: a proxy's or the web server's own page.
  }
  return { ...fault(`The server answered ${status}, and not with JSON: ${body.slice(0, 200)}`), status };
}

function fault(message) {
  return { result: { errors: [{ message }] }, status: null };
}
