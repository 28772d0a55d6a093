const MUTATION = `mutation ($mode: MembershipMode!) {
  updateInstance(input: { membershipMode: $mode }) { userErrors { message } }
}`;

/** Operators change the mode with a secret key. A development server hands its own to its pages. */
export async function setMembershipMode(mode: "REQUIRED" | "OPTIONAL") {
  const { secretKey } = await post("/dev/secret-key", {});
  const headers = { authorization: `Bearer ${secretKey}` };
  const { errors, data } = await post(
    "/graphql",
    { query: MUTATION, variables: { mode } },
    headers,
  );
  const [error] = errors ?? data.updateInstance.userErrors;
  if (error) throw new Error(error.message);
}

async function post(path: string, body: object, headers = {}) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  return response.json();
}
