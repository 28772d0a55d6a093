// A subscription over WebSocket, as the observable that GraphiQL expects. The error that ends it is its last result.
import { createClient } from "graphql-ws/client";

export function subscription(endpoint, operation, authorization, report) {
  const client = createClient({
    url: socketAddress(endpoint),
    connectionParams: authorization ? { authorization } : undefined,
    // The person at this page needs to see that the server stopped. A program would subscribe again on its own.
    retryAttempts: 0,
    on: { connected: () => report({}) },
  });
  return { subscribe: (observer) => ({ unsubscribe: listen(client, operation, observer, report) }) };
}

function listen(client, operation, observer, report) {
  let isOver = false;
  const show = (result) => {
    report({ result });
    observer.next(result);
  };
  const end = () => {
    if (isOver) return;
    isOver = true;
    report({ isOver });
    observer.complete();
  };
  const fail = (reason) => {
    show({ errors: errorsOf(reason) });
    end();
  };
  const stop = client.subscribe(operation, { next: show, error: fail, complete: end });
  return () => {
    end();
    stop();
  };
}

function socketAddress(endpoint) {
  const address = new URL(endpoint, location.href);
  address.protocol = address.protocol.replace("http", "ws");
  return address.href;
}

// The errors that the server sent, the reason why it closed the socket, or that it could not be reached.
function errorsOf(reason) {
  return Array.isArray(reason) ? reason : [{ message: sentence(reason ?? {}) }];
}

function sentence({ code, reason }) {
  if (!code || code === 1006) return `The connection to ${location.host} failed or was lost. Is the server running?`;
  if (code === 1012) return "The server is stopping or restarting (1012). Run this again in a moment.";
  return `The server closed the connection: ${reason || "no reason given"} (${code}).`;
}
