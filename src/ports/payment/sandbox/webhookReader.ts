/** Reads the sandbox's webhooks: signed as Standard Webhooks has it, over the very bytes that came. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { BillingError } from '../../../domain/errors.ts';
import type { ProviderNotice, WebhookReader } from '../provider.ts';

/** How far a webhook's time may be from ours. */
const toleranceMs = 300_000;

const event = z.object({
  id: z.string().min(1),
  type: z.string(),
  data: z.object({ object: z.string(), id: z.string() }),
});
const kinds = ['charge', 'refund', 'dispute', 'payment_method'] as const;

/** `now` is in milliseconds since the epoch. */
export function sandboxWebhookReader(secret: string, now: () => number = Date.now): WebhookReader {
  return {
    read(body, headers): ProviderNotice {
      const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signatures } = headers;
      if (id === undefined || at === undefined || signatures === undefined)
        throw refused(
          'webhook_signature_missing',
          'It needs webhook-id, webhook-timestamp and webhook-signature.',
        );
      const expected = createHmac('sha256', secret).update(`${id}.${at}.`).update(body).digest();
      // A secret that changes is used beside the old one for a while.
      const signed = signatures.split(' ').some((signature) => isSame(signature, expected));
      if (!signed) throw refused('webhook_signature_invalid', 'Its signature is not the sandbox’s.');
      if (!/^\d{1,12}$/.test(at) || Math.abs(now() - Number(at) * 1000) > toleranceMs)
        throw refused('webhook_too_old', 'It was signed more than five minutes ago, or the clocks differ.');
      const parsed = event.safeParse(parse(body));
      if (!parsed.success || parsed.data.id !== id)
        throw refused('webhook_malformed', 'It is no event of the sandbox.');
      const { type, data } = parsed.data;
      const kind = kinds.find((known) => known === data.object);
      const subject = kind === undefined ? { kind: 'none' as const } : { kind, reference: data.id };
      return { eventId: id, type, subject };
    },
  };
}

function isSame(signature: string, expected: Buffer): boolean {
  const [version, encoded] = signature.split(',');
  if (version !== 'v1' || encoded === undefined) return false;
  const given = Buffer.from(encoded, 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

function refused(code: string, message: string): BillingError {
  return new BillingError(400, code, message);
}
