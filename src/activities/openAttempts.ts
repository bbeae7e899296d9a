/** An attempt is committed for each invoice that is to be collected, with a method that may be tried. */
import type { PoolClient } from 'pg';
import type { CustomerId, InvoiceId, PaymentId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { findBackups } from '../store/backupMethods.ts';
import {
  claimCollectableInvoices,
  clearCollectAt,
  type CollectableInvoice,
  type DueInvoice,
  type InvoiceFailure,
} from '../store/collectableInvoices.ts';
import { newId } from '../store/newId.ts';
import { insertPendingPayments, type NewPayment } from '../store/payments.ts';
import { countCardsOf } from './cardCount.ts';
import type { DueStep } from './dueStep.ts';
import { recordFailures } from './paymentFailures.ts';

/** Those that are made join `fresh`. Where there is nothing to charge, that is the failure. */
export function openAttempts(fresh: PaymentId[]): DueStep {
  return {
    name: 'collect',
    single: (subjectId) => ({ kind: 'invoice', invoiceId: subjectId as InvoiceId }),
    async run(tx, scope, now, limit, claimed) {
      const invoices = await claimCollectableInvoices(tx, scope, now, limit);
      claimed(invoices.map((invoice) => invoice.id));
      if (invoices.length > 0) fresh.push(...(await open(tx, invoices, now)));
    },
  };
}

async function open(tx: PoolClient, invoices: readonly DueInvoice[], now: Instant): Promise<PaymentId[]> {
  const declined = new Map(invoices.map((invoice) => [invoice.id, invoice.declined_method_ids]));
  const chosen = await chooseMethods(tx, invoices, now, { declined });
  const payments = chosen.flatMap(({ invoice, method }) =>
    method === null ? [] : [attemptOf(invoice, method)],
  );
  await clearCollectAt(
    tx,
    invoices.map((invoice) => invoice.id),
  );
  await insertPendingPayments(tx, payments, now);
  const without = chosen.filter(({ method }) => method === null);
  await recordFailures(
    tx,
    without.map(({ invoice, from }) =>
      from === null ? noPaymentMethod(invoice.id) : triedTooOften(invoice, from),
    ),
    now,
  );
  return payments.map((payment) => payment.id);
}

export interface Choice {
  readonly invoice: CollectableInvoice;
  /** Null: there is none that may be tried now. */
  readonly method: string | null;
  /** From when one may be tried that the card networks forbid now; null: there is none. */
  readonly from: Instant | null;
}

/**
 * The default or, where there is none or it may not be tried, the first backup; or the one that is named, and no other. What
 * the card networks forbid now may not be tried, nor what an invoice was `declined` for good with.
 */
export async function chooseMethods(
  tx: PoolClient,
  invoices: readonly CollectableInvoice[],
  now: Instant,
  { named, declined }: { named?: string; declined?: ReadonlyMap<InvoiceId, readonly string[]> } = {},
): Promise<Choice[]> {
  const customerIds = invoices.map((invoice) => invoice.customer_id);
  const { triedFrom, add } = await countCardsOf(tx, customerIds, now);
  const shared = new Set(customerIds.filter((id, index) => customerIds.indexOf(id) !== index));
  const isDeclined = (id: InvoiceId, method: string) => declined?.get(id)?.includes(method) === true;
  const inNeed = invoices.filter(
    ({ id, default_method_id: method, customer_id: customer }) =>
      named === undefined &&
      (method === null || shared.has(customer) || triedFrom(method) > now || isDeclined(id, method)),
  );
  const backups = await findBackups(tx, customersOf(inNeed));
  return invoices.map((invoice) => {
    const { customer_id: customer } = invoice;
    const first = named ?? invoice.default_method_id;
    const methods = [...(first === null ? [] : [first]), ...(backups.get(customer) ?? [])].filter(
      (candidate) => !isDeclined(invoice.id, candidate),
    );
    const method = methods.find((candidate) => triedFrom(candidate) <= now) ?? null;
    if (method !== null) add(method);
    const from = method === null ? earliest(methods.map(triedFrom)) : null;
    return { invoice, method, from };
  });
}

const customersOf = (invoices: readonly CollectableInvoice[]): CustomerId[] => [
  ...new Set(invoices.map((invoice) => invoice.customer_id)),
];

const earliest = (instants: readonly Instant[]): Instant | null =>
  instants.length === 0 ? null : (Math.min(...instants) as Instant);

function attemptOf(invoice: CollectableInvoice, paymentMethodId: string): NewPayment {
  const id = newId('payment');
  return {
    id,
    invoiceId: invoice.id,
    customerId: invoice.customer_id,
    testClockId: invoice.test_clock_id,
    paymentMethodId,
    defaultMethodId: invoice.default_method_id,
    roundId: id,
    source: 'automatic',
    amount: invoice.amount,
    currency: invoice.currency,
  };
}

/** The card networks let nobody try what the customer has before then. None was made, so none is counted. */
function triedTooOften(
  { id: invoiceId, default_method_id: defaultMethodId }: CollectableInvoice,
  notBefore: Instant,
): InvoiceFailure {
  const nothing = { roundId: null, isAside: false, counts: false } as const;
  return { ...nothing, invoiceId, defaultMethodId, code: 'card_tried_too_often', decline: 'soft', notBefore };
}

/** No attempt was made, so none is counted. */
export function noPaymentMethod(invoiceId: InvoiceId) {
  return {
    invoiceId,
    defaultMethodId: null,
    roundId: null,
    isAside: false,
    code: 'no_payment_method',
    decline: 'hard',
    counts: false,
  } as const;
}
