// Sends an operation over HTTP as the identity of the moment; what goes wrong on the way becomes a sentence.
import { parse } from "graphql";

const ACCEPT = "application/graphql-response+json, application/json";

export function createFetcher(endpoint, identity, onAnswer) {
  return async ({ query, variables, operationName }, { headers } = {}) => {
    const { label, authorization } = identity();
    const started = performance.now();
    const operation = { query, variables, operationName: operationIn(query, operationName) };
    const { result, status } = await post(endpoint, operation, { authorization, headers });
    if (operationName !== "IntrospectionQuery") {
      const isOverridden = Object.keys(headers ?? {}).some((name) => name.toLowerCase() === "authorization");
      const sender = isOverridden ? "the Headers pane says" : label;
      onAnswer({ status, sender, milliseconds: Math.round(performance.now() - started) });
    }
    return result;
  };
}

// Just after a change of tab GraphiQL still has the name of the operation before.
function operationIn(query, operationName) {
  try {
    const operations = parse(query).definitions.filter(({ kind }) => kind === "OperationDefinition");
    return operations.length === 1 ? operations[0].name?.value : operationName;
  } catch {
    return operationName;
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
