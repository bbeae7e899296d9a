/** What the pay page shows, as plain data. */
import type { InvoiceDocument } from '../billingDocument.ts';
import type { NamedCard } from '../cardName.ts';
import type { PayReason } from './labels.ts';

/** An invoice and how it can be paid. */
export interface InvoicePayPage {
  readonly kind: 'invoice';
  /** Of the page itself, such as `/pay/in_….…`. */
  readonly path: string;
  readonly document: InvoiceDocument;
  readonly state: PayState;
  /** Whether the invoice itself may be seen: not by a link whose time is over. */
  readonly showsInvoice: boolean;
}

export type PayState =
  | { readonly kind: 'paid' | 'void' | 'closed' }
  | { readonly kind: 'processing'; readonly checkUrl: string }
  | { readonly kind: 'action'; readonly action: PayAction; readonly otherUrl: string }
  | {
      readonly kind: 'open';
      readonly form: PayForm;
      /** Why the last attempt of this page did not go through. */
      readonly failure: PayReason | null;
    };

/** How the customer answers its bank: by an address, or in Stripe's script. */
export type PayAction =
  | { readonly kind: 'link'; readonly url: string }
  | {
      readonly kind: 'stripe';
      readonly publishableKey: string;
      readonly clientSecret: string;
      readonly returnUrl: string;
    };

export interface PayForm {
  /** Of this form: sent twice, it pays once. */
  readonly formId: string;
  readonly methods: readonly PayMethod[];
  readonly newMethod: NewMethodForm;
}

export interface PayMethod {
  readonly id: string;
  readonly type: string;
  readonly card: (NamedCard & { readonly expMonth: number | null; readonly expYear: number | null }) | null;
  readonly isDefault: boolean;
}

export type NewMethodForm =
  | { readonly kind: 'sandbox'; readonly tokens: readonly (NamedCard & { readonly token: string })[] }
  | { readonly kind: 'stripe'; readonly publishableKey: string; readonly currency: string };

/** Where there is no invoice to show: only the language, and the seller where the link is ours. */
export interface ClosedPayPage {
  readonly kind: 'expired' | 'unknown' | 'busy';
  readonly locale: string;
  readonly seller: string | null;
}

export type PayPage = InvoicePayPage | ClosedPayPage;
