/** Standard Webhooks 1.0, symmetric signatures: https://www.standardwebhooks.com. */
import { createHmac } from 'node:crypto';

const secretPrefix = 'whsec_';

/** The three headers by which a receiver knows who sent it, when, and whether it has got it before. */
export function signatureHeaders(
  { id, secrets, body }: { readonly id: string; readonly secrets: readonly string[]; readonly body: string },
  atMs: number,
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const timestamp = String(Math.floor(atMs / 1000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(secretPrefix.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
