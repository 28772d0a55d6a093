// A plugin of graphql-codegen: writes each document in few characters, and each fragment once.
import { print, stripIgnoredCharacters, visit } from "graphql";

/** Returns the names of the fragments in the definition, and of those in them, each once. */
function fragmentsIn(definition, definitions, names = new Set()) {
  visit(definition, {
    FragmentSpread({ name: { value } }) {
      if (names.has(value)) return;
      names.add(value);
      fragmentsIn(definitions.get(value), definitions, names);
    },
  });
  return names;
}

export function plugin(_schema, documents, { typedDocument }) {
  const all = documents.flatMap(({ document }) => document.definitions);
  const definitions = new Map(all.map((definition) => [definition.name.value, definition]));
  const text = (definition) => stripIgnoredCharacters(print(definition));
  const operations = all.filter(({ kind }) => kind === "OperationDefinition");
  const used = new Set(operations.flatMap((operation) => [...fragmentsIn(operation, definitions)]));
  const written = all.filter(({ kind, name }) => kind !== "FragmentDefinition" || used.has(name.value));
  const lines = written.map((definition) => {
    const name = definition.name.value;
    if (definition.kind === "FragmentDefinition") {
      return `const ${name}: string = ${JSON.stringify(text(definition))};`;
    }
    const kind = definition.operation[0].toUpperCase() + definition.operation.slice(1);
    const parts = [JSON.stringify(text(definition)), ...fragmentsIn(definition, definitions)];
    return `export const ${name}Document: TypedDocument<${name}${kind}, ${name}${kind}Variables> =\n  ${parts.join(" + ")};`;
  });
  // Fragments first: a constant can't be read before its line.
  lines.sort((a, b) => Number(a.startsWith("export")) - Number(b.startsWith("export")));
  return {
    prepend: [`import type { TypedDocument } from "${typedDocument}";`],
    content: lines.join("\n"),
  };
}
