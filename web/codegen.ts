// Types the documents of the packages after the schema: `npm run generate`, with `-- --check` to compare only.
import type { CodegenConfig } from "@graphql-codegen/cli";

/** Documents that a page loads together stand in one module. */
function moduleOf(...documents: string[]): CodegenConfig["generates"][string] {
  return {
    documents,
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

const JS = "packages/js/operations";
const IN_JS = "packages/js/src/generated";

const config: CodegenConfig = {
  schema: process.env.SCHEMA_FILES?.split(",") ?? "../graphql/schema.graphql",
  generates: {
    [`${IN_JS}/session.ts`]: moduleOf(`${JS}/{fragments,session}.graphql`),
    [`${IN_JS}/live.ts`]: moduleOf(`${JS}/{fragments,events}.graphql`),
    [`${IN_JS}/resources.ts`]: moduleOf(`${JS}/*.graphql`, `!${JS}/{session,events}.graphql`),
  },
};

export default config;
