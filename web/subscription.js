// A subscription over WebSocket, as the observable that GraphiQL takes; what ends it is its last result.
import { createClient } from "graphql-ws/client";

export function subscription(endpoint, operation, authorization, tell) {
  const client = createClient({
    url: socketAddress(endpoint),
    connectionParams: authorization ? { authorization } : undefined,
    // Somebody looks at this page and should read that the server went; a program would subscribe again by itself.
    retryAttempts: 0,
    on: { connected: () => tell({}) },
  });
  return { subscribe: (observer) => ({ unsubscribe: listen(client, operation, observer, tell) }) };
}

function listen(client, operation, observer, tell) {
  let isOver = false;
  const show = (result) => {
    tell({ result });
    observer.next(result);
  };
  const end = () => {
    if (isOver) return;
    isOver = true;
    tell({ isOver });
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

// The server's own errors, or what it said when it closed the socket, or that there was nobody.
function errorsOf(reason) {
  return Array.isArray(reason) ? reason : [{ message: sentence(reason ?? {}) }];
}

function sentence({ code, reason }) {
  if (!code || code === 1006) return `The connection to ${location.host} broke, or none came about. Is the server running?`;
  if (code === 1012) return "The server stops or restarts (1012): run this again in a moment.";
  return `The server closed the connection: ${reason || "it gave no reason"} (${code}).`;
}
