/** What a pay link shows: its invoice, how it stands, and how it can be paid. */
import type { Instant } from '../domain/instant.ts';
import { sandboxCards } from '../domain/sandboxCards.ts';
import { invoiceDocument } from '../pages/invoiceDocument.ts';
import { declineReason } from '../pages/pay/declineReason.ts';
import type { PayReason } from '../pages/pay/labels.ts';
import type { InvoicePayPage, NewMethodForm, PayAction, PayForm, PayState } from '../pages/pay/payPage.ts';
import { readInvoiceFacts } from '../store/reads/documentFacts.ts';
import type { InvoiceRow } from '../store/reads/invoices.ts';
import {
  findAttempt,
  findAttemptInFlight,
  listSavedMethods,
  type ShownAttempt,
} from '../store/reads/payPage.ts';
import { newOperationId } from '../store/newId.ts';
import type { ApiDependencies } from './route.ts';

export interface OpenedLink {
  readonly token: string;
  readonly invoice: InvoiceRow;
  readonly expiresAt: Instant;
  readonly isOver: boolean;
}

/** What the page has come from: its own attempt, or why it could not make one. */
export interface PageQuery {
  readonly attempt: string | undefined;
  readonly error: string | undefined;
  /** The customer wants to pay in another way than the one that waits for it. */
  readonly other: boolean;
}

export async function viewPayPage(
  deps: ApiDependencies,
  link: OpenedLink,
  query: PageQuery,
): Promise<InvoicePayPage> {
  const { invoice, token, isOver } = link;
  return {
    kind: 'invoice',
    path: `/pay/${token}`,
    document: invoiceDocument(await readInvoiceFacts(deps.pool, invoice)),
    state: await stateOf(deps, link, query),
    showsInvoice: !isOver,
  };
}

async function stateOf(deps: ApiDependencies, link: OpenedLink, query: PageQuery): Promise<PayState> {
  const { invoice, token } = link;
  if (invoice.status === 'paid' || invoice.status === 'void') return { kind: invoice.status };
  if (invoice.status !== 'open') return { kind: 'closed' };
  const inFlight = await findAttemptInFlight(deps.pool, invoice.id);
  const back = returnPath(token, inFlight?.id ?? query.attempt ?? '');
  if (inFlight?.status === 'pending') return { kind: 'processing', checkUrl: back };
  const action = inFlight && !query.other ? actionOf(deps, inFlight, back) : null;
  if (action) return { kind: 'action', action, otherUrl: `/pay/${token}?other=1` };
  return { kind: 'open', form: await formOf(deps, invoice), failure: await failureOf(deps, invoice, query) };
}

function returnPath(token: string, attempt: string): string {
  return `/pay/${token}/return?attempt=${attempt}`;
}

/** Null where the provider told no way: then it can be paid otherwise. */
function actionOf({ site }: ApiDependencies, attempt: ShownAttempt, back: string): PayAction | null {
  const { url = null, clientSecret = null } = attempt.action ?? {};
  if (url !== null)
    return {
      kind: 'link',
      url: attempt.provider === 'sandbox' ? returning(url, site.publicUrl + back) : url,
    };
  if (clientSecret === null || site.stripePublishableKey === null) return null;
  return {
    kind: 'stripe',
    publishableKey: site.stripePublishableKey,
    clientSecret,
    returnUrl: back,
  };
}

function returning(url: string, back: string): string {
  const address = new URL(url);
  address.searchParams.set('return_url', back);
  return address.href;
}

async function formOf({ pool, site }: ApiDependencies, invoice: InvoiceRow): Promise<PayForm> {
  const saved = await listSavedMethods(pool, invoice.customer_id);
  return {
    formId: newOperationId(),
    methods: saved.map(({ id, type, card, is_default: isDefault }) => ({
      id,
      type,
      card: card && { ...card, expMonth: card.exp_month ?? null, expYear: card.exp_year ?? null },
      isDefault,
    })),
    newMethod: newMethodForm(site.stripePublishableKey, invoice),
  };
}

/** Customers on test clocks pay with the sandbox, whatever is configured. */
function newMethodForm(publishableKey: string | null, invoice: InvoiceRow): NewMethodForm {
  if (publishableKey === null || invoice.test_clock_id !== null)
    return { kind: 'sandbox', tokens: sandboxCards };
  return { kind: 'stripe', publishableKey, currency: invoice.currency };
}

async function failureOf(
  { pool }: ApiDependencies,
  { id }: InvoiceRow,
  { attempt, error }: PageQuery,
): Promise<PayReason | null> {
  if (error !== undefined) return declineReason(error);
  if (attempt === undefined) return null;
  const made = await findAttempt(pool, id, attempt);
  if (made?.status === 'failed') return declineReason(made.failure_code);
  return made?.status === 'canceled' ? 'not_confirmed' : null;
}
