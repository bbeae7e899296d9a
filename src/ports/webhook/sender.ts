/** The port to receivers of webhooks: one request, and what came of it. */
import type { Answer } from '../../domain/webhookDelivery.ts';

export interface WebhookRequest {
  readonly url: string;
  /** The same for each attempt: a receiver knows by it what it has got already. */
  readonly id: string;
  /** It is signed with each of them, so that a receiver may change from one to the other. */
  readonly secrets: readonly string[];
  readonly body: string;
}

export interface WebhookSender {
  /** Never throws for what a receiver does, or fails to do. */
  send(request: WebhookRequest): Promise<Answer>;
}
