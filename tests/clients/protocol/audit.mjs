// Runs the audits of GraphQL over HTTP against a server, and prints what is not as it should be.
import { serverAudits } from "graphql-http";

const headers = { authorization: process.env.TENANTRY_TOKEN };
const fetchAs = (url, init) =>
  fetch(url, { ...init, headers: { ...headers, ...init?.headers } });
const audits = serverAudits({ url: `${process.env.TENANTRY_URL}/graphql`, fetchFn: fetchAs });
for (const audit of audits) {
  const result = await audit.fn();
  console.log(JSON.stringify({ name: audit.name, status: result.status, reason: result.reason }));
}
