/** Who reads whose webhooks: of each provider whose secret is known. */
import type { WebhookReaders } from '../../domain/providerNotice.ts';
import { sandboxWebhookReader } from './sandbox/webhookReader.ts';

export interface WebhookSecrets {
  readonly sandbox: string | undefined;
}

export function webhookReaders({ sandbox }: WebhookSecrets): WebhookReaders {
  return { ...(sandbox !== undefined && { sandbox: sandboxWebhookReader(sandbox) }) };
}
