// Monaco asks here for its workers; they lie beside this file.
const files = { graphql: "graphql.worker.js", json: "json.worker.js" };

globalThis.MonacoEnvironment = {
  getWorker(_id, label) {
    return new Worker(new URL(files[label] ?? "editor.worker.js", import.meta.url));
  },
};
