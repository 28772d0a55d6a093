// Sends an operation as the current identity: subscriptions over WebSocket, everything else over HTTP. Failures become
// readable errors.
import { parse } from "graphql";
import { subscription } from "./subscription.js";

const ACCEPT = "application/graphql-response+json, application/json";

export function createFetcher(endpoint, identity, onAnswer) {
  return async ({ query, variables, operationName }, { headers } = {}) => {
    const { label, authorization } = identity();
    const meant = operationIn(query, operationName);
    const operation = { query, variables, operationName: meant.name };
    const overriding = Object.keys(headers ?? {}).find((name) => name.toLowerCase() === "authorization");
    const sender = overriding ? "set in the Headers pane" : label;
    if (meant.kind === "subscription") {
      const credential = overriding ? headers[overriding] : authorization;
      return subscription(endpoint, operation, credential, listening(sender, onAnswer));
    }
    const started = performance.now();
    const { result, status } = await post(endpoint, operation, { authorization, headers });
    if (operationName !== "IntrospectionQuery") {
      onAnswer(`${status ?? "No response"} · ${Math.round(performance.now() - started)} ms · as ${sender}`);
    }
    return result;
  };
}

// Reports the progress of a subscription.
function listening(sender, onAnswer) {
  let count = 0;
  let last = "no event yet: make a change in another window";
  const say = (state) => onAnswer(`${state} as ${sender} · ${last}`);
  say("Connecting");
  return ({ result, isOver }) => {
    if (result?.data) {
      count += 1;
      last = `${count} ${count === 1 ? "event" : "events"}, the latest at ${new Date().toLocaleTimeString()}`;
    }
    if (isOver && count === 0) last = "no event";
    say(isOver ? "Stopped listening" : "Listening");
  };
}

// Right after a change of tab, GraphiQL still has the name of the previous operation.
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
    return fault("Not sent: a header or the token contains a character that is not allowed in headers.");
  }
  let response;
  let body;
  try {
    response = await fetch(endpoint, request);
    body = await response.text();
  } catch {
    return fault(`No response from ${new URL(endpoint, location.href)}. Is the server running?`);
  }
  return answer(response, body);
}

// The headers editor overrides the identity.
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
  return { ...fault(`The server responded with ${status}, and not with JSON: ${body.slice(0, 200)}`), status };
}

function fault(message) {
  return { result: { errors: [{ message }] }, status: null };
}
