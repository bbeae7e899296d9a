/** What the activities join: the database, the outside world and the workflows that they wake. */
import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Pool } from 'pg';
import type { Mailers } from '../ports/mail/mailer.ts';
import type { PaymentProviders } from '../ports/payment/providers.ts';
import type { WebhookSender } from '../ports/webhook/sender.ts';
import type { TaxProvider } from '../ports/tax/provider.ts';

export interface Dependencies {
  readonly pool: Pool;
  readonly payments: PaymentProviders;
  readonly taxes: TaxProvider;
  readonly webhooks: WebhookSender;
  readonly mail: MailSettings;
  readonly temporal: Client;
  readonly taskQueue: string;
  readonly logger: Logger;
  /** How long after a period has been billed its subscription's workflow looks whether it really was. */
  readonly checkMarginMs: number;
  /** The checks of all subscriptions are spread over this time. */
  readonly checkJitterMs: number;
  /** For so long events, their deliveries, providers' webhooks and stored mails are kept. */
  readonly retentionDays: number;
}

export interface MailSettings {
  readonly mailers: Mailers;
  /** The address that mails come from; null: the seller's. */
  readonly sender: string | null;
  /** Where customers reach the pay page: an origin, without a slash at its end. */
  readonly publicUrl: string;
}
