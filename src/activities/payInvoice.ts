/** A payment that somebody asks for now: one attempt, whoever else asks for one at the same time. */
import type { PoolClient } from 'pg';
import { BillingError, notFound } from '../domain/errors.ts';
import type { InvoiceId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import {
  hasMethod,
  isMade,
  isOfAnother,
  lockInvoiceToPay,
  readDatabaseTime,
  type InvoiceToPay,
} from '../store/askedPayments.ts';
import { inTransaction } from '../store/database.ts';
import { clearCollectAt } from '../store/collectableInvoices.ts';
import { insertPendingPayments } from '../store/payments.ts';
import { askAnew } from '../store/waitingPayments.ts';
import type { PayDetails } from '../workflows/contract/invoice.ts';
import { billAllDue } from './billDue.ts';
import type { Dependencies } from './dependencies.ts';
import { currentTime } from './now.ts';
import { chooseMethods, noPaymentMethod, type Choice } from './openAttempts.ts';
import { recordFailures } from './paymentFailures.ts';
import { endWaitingAttempt } from './waitingAttempts.ts';

/** Attempts of others that are waited for, at most; each is at its end when the next one is seen. */
const roundsAtMost = 5;

/** A customer on the pay page waits no longer than that (`api/patience.ts`): who was told that it was not paid is not charged. */
const pagePatienceMs = 30_000;

/**
 * Makes an attempt, once for each request, and asks for its outcome. An attempt of another that is in flight is asked
 * about instead of making one; only a request that names a method goes on with that one where the other failed. One that
 * waits for the customer is ended first, and only for one that may be made. Throws a `BillingError` 409 where the
 * invoice's status forbids it, where such an end is not known, where the card networks let nobody try the card now, or where the id is another invoice's; 503 where
 * the pay page asked for it more than 30 seconds ago.
 */
export async function payInvoice(
  deps: Dependencies,
  invoiceId: InvoiceId,
  details: PayDetails,
): Promise<Instant> {
  let endedAt: Instant | null = null;
  for (let round = 0; ; round += 1) {
    const { state, now } = await beginAfter(deps, invoiceId, details, endedAt);
    if (state === 'waits') {
      if (!(await endWaitingAttempt(deps, invoiceId, now))) throw notEnded();
      endedAt = now;
      continue;
    }
    await billAllDue(deps, { kind: 'invoice', invoiceId }, () => now);
    if (state === 'done' || details.paymentMethodId === null || round === roundsAtMost) return now;
  }
}

/** Where one was ended for an attempt that is refused after all, the customer is asked anew. */
async function beginAfter(
  deps: Dependencies,
  invoiceId: InvoiceId,
  details: PayDetails,
  endedAt: Instant | null,
): Promise<Begun> {
  try {
    return await inTransaction(deps.pool, (tx) => begin(tx, invoiceId, details));
  } catch (error) {
    if (endedAt !== null && error instanceof BillingError) await askAnew(deps.pool, invoiceId, endedAt);
    throw error;
  }
}

type State = 'done' | 'pending' | 'waits';

interface Begun {
  readonly state: State;
  readonly now: Instant;
}

async function begin(tx: PoolClient, invoiceId: InvoiceId, details: PayDetails): Promise<Begun> {
  const invoice = await lockInvoiceToPay(tx, invoiceId);
  if (!invoice) throw notFound('invoice', invoiceId);
  const now = await currentTime(tx, invoice.test_clock_id);
  if (invoice.status !== 'paid' && invoice.status !== 'open') {
    throw new BillingError(
      409,
      `invoice_${invoice.status}`,
      `Invoice ${invoiceId} is ${invoice.status} and cannot be paid; only an open one can.`,
    );
  }
  const asked = { id: details.paymentId, invoiceId, ...details };
  if (invoice.status === 'paid' || (await isMade(tx, asked))) return { state: 'done', now };
  if (details.source === 'pay_page' && (await readDatabaseTime(tx)) > details.askedAt + pagePatienceMs) {
    throw tooLate();
  }
  if (await isOfAnother(tx, asked)) throw idIsTaken();
  if (invoice.in_flight === 'pending') return { state: 'pending', now };
  const choice = await choose(tx, invoice, details, now);
  if (invoice.in_flight !== null) return { state: 'waits', now };
  await open(tx, invoice, choice, details, now);
  return { state: 'done', now };
}

/** Throws where the method is gone, or may not be tried now. */
async function choose(
  tx: PoolClient,
  invoice: InvoiceToPay,
  { paymentMethodId: named }: PayDetails,
  now: Instant,
): Promise<Choice | undefined> {
  if (named !== null && !(await hasMethod(tx, invoice.id, named))) throw methodIsGone(named);
  const [choice] = await chooseMethods(tx, [invoice], now, named === null ? {} : { named });
  if (choice?.method === null && choice.from !== null) throw triedTooOften(choice.from);
  return choice;
}

async function open(
  tx: PoolClient,
  invoice: InvoiceToPay,
  choice: Choice | undefined,
  details: PayDetails,
  now: Instant,
): Promise<void> {
  await clearCollectAt(tx, [invoice.id]);
  if (!choice || choice.method === null) {
    await recordFailures(tx, [noPaymentMethod(invoice.id)], now);
    return;
  }
  await insertPendingPayments(tx, [attemptOf(choice, choice.method, details)], now);
}

function attemptOf({ invoice }: Choice, paymentMethodId: string, details: PayDetails) {
  return {
    id: details.paymentId,
    invoiceId: invoice.id,
    customerId: invoice.customer_id,
    testClockId: invoice.test_clock_id,
    paymentMethodId,
    defaultMethodId: invoice.default_method_id,
    // Who names a method, or is there to name another one, wants none but that.
    roundId: details.paymentMethodId === null && details.source === 'api' ? details.paymentId : null,
    source: details.source,
    makeDefault: details.makeDefault === true,
    amount: invoice.amount,
    currency: invoice.currency,
  };
}

function notEnded(): BillingError {
  return new BillingError(
    409,
    'payment_in_flight',
    'A payment of the invoice waits for the customer, and the provider does not tell whether it could be ended. Try again in a moment, with another Idempotency-Key.',
  );
}

function tooLate(): BillingError {
  return new BillingError(
    503,
    'unavailable',
    'The payment could not be made while the customer waited for it, and is not made any more. Send the form again.',
  );
}

function idIsTaken(): BillingError {
  return new BillingError(
    409,
    'payment_exists',
    'Another invoice has a payment of this id. Load the pay page again, and send its new form.',
  );
}

function methodIsGone(id: string): BillingError {
  return new BillingError(
    400,
    'payment_method_missing',
    `The customer of the invoice has no payment method ${id}. Attach it first, or name another one.`,
    'payment_method',
  );
}

function triedTooOften(from: Instant): BillingError {
  return new BillingError(
    409,
    'card_tried_too_often',
    `The card was declined 15 times in 30 days, and the card networks let nobody try it before ${formatInstant(from)}. Name another payment method.`,
    'payment_method',
  );
}
