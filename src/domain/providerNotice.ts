/** What a provider's webhook tells: which of its records changed. What that is now, the provider is asked. */
import type { ProviderName } from './paymentProvider.ts';

export type NoticeSubject =
  | { readonly kind: 'charge' | 'refund' | 'dispute' | 'payment_method'; readonly reference: string }
  | { readonly kind: 'none' };

export interface ProviderNotice {
  /** The provider's: told twice, it is one. */
  readonly eventId: string;
  readonly type: string;
  readonly subject: NoticeSubject;
}

/** Checks a webhook's signature on the bytes that came, and reads it. Given to the API, which knows no provider. */
export interface WebhookReader {
  /** Throws a `BillingError` 400 where the signature is not the provider's, or too old. */
  read(body: Buffer, headers: Readonly<Record<string, string | undefined>>): ProviderNotice;
}

/** Of each provider whose webhooks are taken. */
export type WebhookReaders = Readonly<Partial<Record<ProviderName, WebhookReader>>>;
