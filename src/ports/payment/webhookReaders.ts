/** Who reads whose webhooks: of each provider whose secret is known. */
import type { WebhookReaders } from '../../domain/providerNotice.ts';
import { sandboxWebhookReader } from './sandbox/webhookReader.ts';
import { stripeWebhookReader } from './stripe/webhooks.ts';

export interface WebhookSecrets {
  readonly sandbox: string | undefined;
  readonly stripe: string | undefined;
}

export function webhookReaders({ sandbox, stripe }: WebhookSecrets): WebhookReaders {
  return {
    ...(sandbox !== undefined && { sandbox: sandboxWebhookReader(sandbox) }),
    ...(stripe !== undefined && { stripe: stripeWebhookReader(stripe) }),
  };
}
