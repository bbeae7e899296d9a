/** What a mail to a customer says, as plain data: the same notice gives the same mail. */
import type { NotificationKind } from '../../domain/notification.ts';
import type { Instant } from '../../domain/instant.ts';
import type { NamedCard } from '../cardName.ts';

export interface Notice {
  readonly kind: NotificationKind;
  /** Of a test clock: marked so that nobody takes it for a real one. */
  readonly test: boolean;
  /** BCP 47, of the customer as it is now. */
  readonly locale: string;
  readonly timezone: string;
  readonly seller: string;
  readonly customer: string;
  /** Whether somebody reads answers. */
  readonly answerable: boolean;
  readonly invoice: NoticedInvoice | null;
  readonly card: (NamedCard & { readonly expMonth: number; readonly expYear: number }) | null;
  /** Of a payment that failed: when it is tried again by itself. */
  readonly retryAt: Instant | null;
  readonly payLink: { readonly url: string; readonly expiresAt: Instant } | null;
  /** To an organization, for who is not a customer: the one link that accepts it. */
  readonly invitation: {
    readonly organization: string;
    readonly url: string;
    readonly expiresAt: Instant;
  } | null;
  readonly hasAttachment: boolean;
}

export interface NoticedInvoice {
  readonly number: string;
  readonly currency: string;
  readonly amountRemaining: bigint;
  readonly amountPaid: bigint;
  readonly dueAt: Instant | null;
}
