// Types the documents of the packages after the schema: `npm run generate`, with `-- --check` to compare only.
import type { CodegenConfig } from "@graphql-codegen/cli";

/** Documents that a page loads together stand in one module. */
function moduleOf(
  typedDocument: string,
  ...documents: string[]
): CodegenConfig["generates"][string] {
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
      // Where the module of documents finds `TypedDocument`.
      typedDocument,
    },
  };
}

const JS = "packages/js/operations";
const IN_JS = "packages/js/src/generated";
const TYPES = "../types/tenantry.ts";
const SERVER = "packages/server/operations";
const IN_SERVER = "packages/server/src/generated";
const SEND = "../client/send.ts";

const config: CodegenConfig = {
  silent: true,
  schema: process.env.SCHEMA_FILES?.split(",") ?? "../graphql/schema.graphql",
  generates: {
    [`${IN_JS}/session.ts`]: moduleOf(TYPES, `${JS}/{fragments,session}.graphql`),
    [`${IN_JS}/live.ts`]: moduleOf(TYPES, `${JS}/{fragments,events}.graphql`),
    [`${IN_JS}/resources.ts`]: moduleOf(TYPES, `${JS}/*.graphql`, `!${JS}/{session,events}.graphql`),
    [`${IN_SERVER}/access.ts`]: moduleOf(SEND, `${SERVER}/access.graphql`),
    [`${IN_SERVER}/state.ts`]: moduleOf(SEND, "packages/server/page-operations/*.graphql"),
    [`${IN_SERVER}/client.ts`]: moduleOf(SEND, `${SERVER}/*.graphql`, `!${SERVER}/access.graphql`),
  },
};

export default config;
