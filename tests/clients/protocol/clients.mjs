// Queries of Apollo Client and urql with persisted queries switched on, which both give up when a
// server has none; and a subscription of urql, as server-sent events.
import { createHash } from "node:crypto";
import { ApolloClient, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { Client, fetchExchange } from "@urql/core";
import { persistedExchange } from "@urql/exchange-persisted";

const uri = `${process.env.TENANTRY_URL}/graphql`;
const headers = { authorization: process.env.TENANTRY_TOKEN };
const sent = [];
const noting = (url, init) => {
  sent.push(init.method + (JSON.parse(init.body).query ? " query" : " hash"));
  return fetch(url, init);
};
const sha256 = async (text) => createHash("sha256").update(text).digest("hex");
const report = (client, data) => {
  console.log(JSON.stringify({ client, data, sent: sent.splice(0) }));
};

const link = new PersistedQueryLink({ sha256 }).concat(new HttpLink({ uri, headers, fetch: noting }));
const apollo = new ApolloClient({ link, cache: new InMemoryCache() });
const first = await apollo.query({ query: gql`query First { cursor }` });
await apollo.query({ query: gql`query Second { users(first: 1) { totalCount } }` });
report("apollo", first.data);

const urql = new Client({
  url: uri,
  fetch: noting,
  fetchOptions: { headers },
  preferGetMethod: false,
  fetchSubscriptions: true,
  exchanges: [
    persistedExchange({ preferGetForPersistedQueries: false, generateHash: sha256 }),
    fetchExchange,
  ],
});
const answer = await urql.query("query First { cursor }", {}).toPromise();
await urql.query("query Second { users(first: 1) { totalCount } }", {}).toPromise();
if (answer.error) throw answer.error;
report("urql", answer.data);

const event = await new Promise((resolve) => {
  const { unsubscribe } = urql
    .subscription('subscription { events(after: "0") { type } }', {})
    .subscribe((result) => {
      resolve(result);
      setTimeout(() => unsubscribe());
    });
});
if (event.error) throw event.error;
report("urql events", event.data);
process.exit();
