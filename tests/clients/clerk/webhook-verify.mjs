#!/usr/bin/env node
/**
 * webhook-verify.mjs - ask the real @clerk/backend SDK whether it takes webhooks, without any network call.
 *
 *   node webhook-verify.mjs [--modules DIR] < requests.json
 *
 * Reads a JSON list of {"headers": {…}, "body": "…", "secret": "whsec_…"} and prints one of {"event": …} or {"error": "…"}.
 */
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import path from 'node:path';

process.env.CLERK_TELEMETRY_DISABLED = '1';
const at = process.argv.indexOf('--modules');
const require = createRequire(path.join(path.resolve(at > 0 ? process.argv[at + 1] : process.cwd()), 'noop.js'));
const { verifyWebhook } = require('@clerk/backend/webhooks');

const verify = async ({ headers, body, secret }) => {
  const request = new Request('https://app.example.com/webhooks', { method: 'POST', headers, body });
  try {
    return { event: await verifyWebhook(request, { signingSecret: secret }) };
  } catch (error) {
    return { error: error.message };
  }
};

const given = JSON.parse(readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(await Promise.all(given.map(verify))));
