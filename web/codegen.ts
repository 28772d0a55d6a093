// Types the documents of the packages after the schema: `npm run generate`, with `-- --check` to compare only.
import type { CodegenConfig } from "@graphql-codegen/cli";

function packageAt(folder: string): CodegenConfig["generates"][string] {
  return {
    documents: [`${folder}/operations/*.graphql`],
    plugins: ["typescript-operations", "./codegen-documents.mjs"],
    config: {
      enumsAsTypes: true,
      useTypeImports: true,
      immutableTypes: true,
      skipTypename: true,
      defaultScalarType: "unknown",
      strictScalars: true,
      scalars: {
        ID: "string",
        Base64: "string",
        DateTime: "string",
        JSONObject: "Readonly<Record<string, unknown>>",
      },
    },
  };
}

const config: CodegenConfig = {
  schema: process.env.SCHEMA_FILES?.split(",") ?? "../graphql/schema.graphql",
  generates: { "packages/js/src/generated/documents.ts": packageAt("packages/js") },
};

export default config;
