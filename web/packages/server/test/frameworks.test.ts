import type { Request } from "express";
import Fastify from "fastify";
import { Hono } from "hono";
import { expect, test } from "vitest";
import * as express from "../src/express.ts";
import * as fastify from "../src/fastify.ts";
import * as hono from "../src/hono.ts";
import { createIssuer, createServer, NOW, ORGANIZATION, ORIGIN, URL } from "./tokens.ts";

const issuer = await createIssuer();
const token = await issuer.token(ORGANIZATION);
const membership = { role: { key: "org:admin" }, permissions: [] };
const LAB = { id: "org_2", slug: "lab", name: "Lab", imageUrl: "", plan: null, features: [] };
const authorization = `Bearer ${token}`;

const options = () => ({
  url: URL,
  authorizedParties: [ORIGIN],
  secretKey: "sk_1",
  clock: () => NOW,
  fetch: createServer(issuer, () => ({ organization: { ...LAB, membership } })).fetch,
});

async function askExpress(slug: string): Promise<number> {
  const headers = { authorization, ...(slug && { "x-organization": slug }) };
  const request = { headers, method: "GET", originalUrl: "/" } as never;
  let status = 200;
  const refuse = (code: number) => {
    status = code;
    return { json: () => {} };
  };
  const organization = ({ headers }: Request) => headers["x-organization"] as string | undefined;
  await express.tenantryMiddleware(options())(request, {} as never, () => {});
  await express.requireAuth({ organization })(request, { status: refuse } as never, () => {});
  return status;
}

async function askFastify(slug: string): Promise<number> {
  const app = Fastify();
  await app.register(fastify.tenantryPlugin, options());
  const organization = ({ headers }: { headers: Record<string, unknown> }) =>
    headers["x-organization"] as string | undefined;
  app.get("/", { preHandler: fastify.requireAuth({ organization }) }, async () => "in");
  const headers = { authorization, ...(slug && { "x-organization": slug }) };
  return (await app.inject({ url: "/", headers })).statusCode;
}

async function askHono(slug: string): Promise<number> {
  const app = new Hono().use(hono.tenantryMiddleware(options()));
  const organization = (context: { req: { header(name: string): string | undefined } }) =>
    context.req.header("x-organization");
  app.get("/", hono.requireAuth({ organization }), (context) => context.text("in"));
  const headers = { authorization, ...(slug && { "x-organization": slug }) };
  return (await app.request("/", { headers })).status;
}

test.each([
  ["Express", askExpress],
  ["Fastify", askFastify],
  ["Hono", askHono],
])("in %s, a request that names no organization isn't in that of its token", async (_, ask) => {
  expect(await ask("lab")).toBe(200);
  expect(await ask("")).toBe(404);
});
