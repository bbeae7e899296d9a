/** The signature of a webhook as Standard Webhooks has it: over its id, its time and the very bytes of its body. */
import { createHmac } from 'node:crypto';

/** `at` is in seconds since the epoch; `secret` is taken as it is written. */
export function signatureHeaders(
  secret: string,
  { id, at, body }: { readonly id: string; readonly at: number; readonly body: string },
): Record<string, string> {
  const signature = createHmac('sha256', secret)
    .update(`${id}.${String(at)}.${body}`)
    .digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${signature}` };
}
