// Types the documents in packages/*/operations by the server's schema.
import type { CodegenConfig } from "@graphql-codegen/cli";

const packages = ["server"];

const typed = (name: string): NonNullable<CodegenConfig["generates"]> => ({
  [`packages/${name}/src/generated/`]: {
    documents: `packages/${name}/operations/*.graphql`,
    preset: "client",
    presetConfig: { fragmentMasking: false },
    config: {
      documentMode: "string",
      useTypeImports: true,
      enumsAsTypes: true,
      emitLegacyCommonJSImports: false,
      importExtension: ".ts",
      strictScalars: true,
      scalars: {
        DateTime: "string",
        ID: "string",
        JSONObject: "{ [key: string]: unknown }",
      },
    },
  },
});

export default {
  schema: "../graphql/schema.graphql",
  hooks: {
    // Bundlers leave out a document that isn't used only if its constructor is marked.
    beforeOneFileWrite: (_path: string, content: string) =>
      content.replaceAll("= new TypedDocumentString(", "= /* @__PURE__ */ new TypedDocumentString("),
  },
  generates: Object.assign({}, ...packages.map(typed)),
} satisfies CodegenConfig;
