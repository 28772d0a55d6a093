// Asks @clerk/backend about many tokens: a line of JSON in, {token, checks}, and one out, {permissions, has}.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createClerkClient } from '@clerk/backend';

process.env.CLERK_TELEMETRY_DISABLED = '1';
globalThis.fetch = () => {
  throw new Error('network call attempted');
};
const client = createClerkClient({
  secretKey: 'sk_test_not_a_secret',
  publishableKey: 'pk_test_' + Buffer.from('clerk.example.test$').toString('base64'),
  telemetry: { disabled: true },
});
const jwtKey = readFileSync(process.argv[2], 'utf8');

for await (const line of createInterface({ input: process.stdin })) {
  const { token, checks } = JSON.parse(line);
  const request = new Request('https://app.example.com/', { headers: { authorization: `Bearer ${token}` } });
  const state = await client.authenticateRequest(request, { jwtKey });
  const auth = state.toAuth();
  if (!auth?.userId) throw new Error(`signed out: ${state.reason}`);
  const has = checks.map(check => auth.has(check));
  process.stdout.write(JSON.stringify({ permissions: auth.orgPermissions ?? [], has }) + '\n');
}
