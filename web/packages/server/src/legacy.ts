/** The helpers of 2022 for pages and API routes of Next.js, with claims as they were then. */
import type { GetServerSidePropsContext, NextApiRequest, NextApiResponse } from "next";
import { getAuthenticator } from "./callers/authenticator.ts";
import { readOrganization, type SessionClaims } from "./callers/claims.ts";
import type { RequestLike } from "./callers/request.ts";
import { tenantryClient } from "./client/client.ts";
import type { Organization } from "./client/resources.ts";

export interface LegacyClaims extends SessionClaims {
  org_id?: string;
  /** `admin`, `basic_member`, or the key of another role without its prefix. */
  org_role?: string;
  /** Roles by the ID of their organization, which tokens of the format V2 don't have. */
  orgs?: Record<string, string>;
}

export interface LegacyAuth {
  sessionId: string | null;
  userId: string | null;
  claims: LegacyClaims;
  getToken(): Promise<string | null>;
}

export type WithAuth<Request> = Request & { auth: LegacyAuth };

interface JsonResponse {
  status(code: number): { json(body: unknown): unknown };
}

/** An API route for users who are signed in. Others get the status 401. */
export function requireAuth<
  Request extends RequestLike = NextApiRequest,
  Response extends JsonResponse = NextApiResponse,
>(
  handler: (request: WithAuth<Request>, response: Response) => unknown,
): (request: Request, response: Response) => Promise<unknown> {
  return async (request, response) => {
    const auth = await readLegacyAuth(request);
    if (!auth.sessionId) {
      const error = { code: "authentication_required", message: "Sign in first." };
      return response.status(401).json({ errors: [error] });
    }
    return handler(Object.assign(request, { auth }), response);
  };
}

/** `getServerSideProps` with `req.auth`, for everybody: the function decides itself. */
export function withServerSideAuth<
  Context extends { req: RequestLike } = GetServerSidePropsContext,
  Props = unknown,
>(
  load: (context: Context & { req: WithAuth<Context["req"]> }) => Props | Promise<Props>,
): (context: Context) => Promise<Props> {
  return async (context) => {
    const auth = await readLegacyAuth(context.req);
    return load(Object.assign(context, { req: Object.assign(context.req, { auth }) }));
  };
}

export const organizations: {
  getOrganization(params: { organizationId: string }): Promise<Organization>;
} = {
  getOrganization: (params) => tenantryClient().organizations.getOrganization(params),
};

async function readLegacyAuth(request: RequestLike): Promise<LegacyAuth> {
  const auth = await getAuthenticator().authenticate(request);
  const { sessionId, userId, sessionClaims, getToken } = auth;
  const claims = sessionClaims ? toLegacyClaims(sessionClaims) : ({} as LegacyClaims);
  return { sessionId, userId, claims, getToken };
}

function toLegacyClaims(claims: SessionClaims): LegacyClaims {
  const organization = readOrganization(claims);
  const roles = Object.entries(claims.orgs ?? {}).map(([id, role]) => [id, toLegacyRole(role)]);
  return {
    ...claims,
    ...(organization && { org_id: organization.id }),
    ...(organization?.role && { org_role: toLegacyRole(organization.role) }),
    ...(claims.orgs && { orgs: Object.fromEntries(roles) }),
  };
}

function toLegacyRole(role: string): string {
  if (role === "org:member") return "basic_member";
  return role.replace(/^org:/, "");
}
