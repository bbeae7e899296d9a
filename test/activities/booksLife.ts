/** What happens to a customer's money, carried out by the activities: coupons, taxes, credit, corrections, payments. */
import { ApplicationFailure } from '@temporalio/common';
import { creditGrantActivities } from '../../src/activities/creditGrants.ts';
import { creditNoteActivities } from '../../src/activities/creditNotes.ts';
import { endInvoiceActivities } from '../../src/activities/endInvoices.ts';
import { recognizeDaily } from '../../src/activities/recognizeDaily.ts';
import { refundActivities } from '../../src/activities/refunds.ts';
import { subscriptionActivities } from '../../src/activities/subscription.ts';
import { BillingError } from '../../src/domain/errors.ts';
import type { InvoiceId, InvoiceLineId, SubscriptionId } from '../../src/domain/ids.ts';
import { formatInstant, type Instant } from '../../src/domain/instant.ts';
import { priceItem } from '../../src/domain/invoiceItem.ts';
import type { LineScope } from '../../src/domain/lineScope.ts';
import type { Amount } from '../../src/domain/money.ts';
import { insertCoupon, redeemCoupon } from '../../src/store/coupons.ts';
import { inTransaction } from '../../src/store/database.ts';
import { voidEvent } from '../../src/store/eventVoids.ts';
import { insertItems, placeItems } from '../../src/store/invoiceItems.ts';
import { insertManualInvoice } from '../../src/store/manualInvoices.ts';
import { newId, newOperationId } from '../../src/store/newId.ts';
import { saveThreshold } from '../../src/store/thresholds.ts';
import { addOn } from './storedCatalog.ts';
import { askStored, type StoredLife, type StoredRequest } from './storedLife.ts';

/** Numbers choose among what is there, so that the same act does the same in a life that came another way. */
export type Act =
  | { readonly act: 'ask'; readonly of: number; readonly request: StoredRequest }
  | { readonly act: 'signUp'; readonly quantity: number }
  | {
      readonly act: 'coupon';
      readonly percent: number | null;
      readonly amount: number;
      readonly periods: number | null | 'once';
      readonly onCustomer: boolean;
      readonly narrow: boolean;
    }
  | { readonly act: 'taxes'; readonly rates: readonly TaxRateOf[]; readonly exempt: boolean }
  | {
      readonly act: 'grant';
      readonly amount: number;
      readonly paid: boolean;
      readonly days: number | null;
      readonly narrow: boolean;
    }
  | { readonly act: 'topUp'; readonly amount: number }
  | { readonly act: 'item'; readonly amount: number; readonly alone: boolean; readonly days: number | null }
  | {
      readonly act: 'note';
      readonly of: number;
      readonly line: number | null;
      readonly part: number;
      readonly refund: number;
    }
  | { readonly act: 'void' | 'giveUp' | 'payLater'; readonly of: number }
  | { readonly act: 'card'; readonly token: string }
  | { readonly act: 'threshold'; readonly amount: number | null }
  | { readonly act: 'voidEvent'; readonly of: number }
  | { readonly act: 'recognize' };

export interface TaxRateOf {
  /** In hundredths of a percent. */
  readonly percentage: number;
  readonly inclusive: boolean;
}

/** A life with whatever else its customer has signed up for. */
export interface BooksLife extends StoredLife {
  readonly others: SubscriptionId[];
  /** How many events were sent. */
  sent: number;
}

const select = async <Row extends object>({ deps }: StoredLife, sql: string, values: unknown[]) =>
  (await deps.pool.query<Row>(sql, values)).rows;

/** Refused is as good as done: what may be asked for is not what this is about. */
async function unlessRefused(work: Promise<unknown>): Promise<string | null> {
  try {
    await work;
    return null;
  } catch (error) {
    if (error instanceof ApplicationFailure && error.nonRetryable) return error.type ?? '';
    if (error instanceof BillingError) return error.code;
    throw error;
  }
}

/** Carries out an act at an instant; returns the code of the refusal, where it is refused. */
export function carryOut(life: BooksLife, act: Act, now: Instant): Promise<string | null> {
  const { deps, customerId, clock } = life;
  switch (act.act) {
    case 'ask': {
      const ids = [life.id, life.id, ...life.others];
      return askStored({ ...life, id: ids[act.of % ids.length] ?? life.id }, act.request, now);
    }
    case 'signUp':
      return unlessRefused(signUpToo(life, act.quantity));
    case 'coupon':
      return unlessRefused(redeem(life, act, now));
    case 'taxes':
      return unlessRefused(chargeTaxes(life, act));
    case 'grant':
      return unlessRefused(grant(life, act, now));
    case 'topUp':
      return unlessRefused(
        creditGrantActivities(deps).setAutoTopUp({
          operationId: newOperationId(),
          customerId,
          autoTopUp: { threshold: 100, amount: act.amount, expires_after_days: 20, priority: 50 },
        }),
      );
    case 'item':
      return unlessRefused(addItem(life, act, now));
    case 'note':
      return unlessRefused(issueNote(life, act));
    case 'void':
    case 'giveUp':
      return unlessRefused(endOne(life, act));
    case 'payLater':
      return unlessRefused(payLater(life, act.of));
    case 'card':
      return unlessRefused(
        select(
          life,
          `UPDATE sandbox.payment_methods SET token = $2
            WHERE id IN (SELECT provider_reference FROM payment_methods WHERE customer_id = $1)`,
          [customerId, act.token],
        ),
      );
    case 'threshold':
      return unlessRefused(saveThreshold(deps.pool, life.id, act.amount as Amount | null));
    case 'voidEvent':
      return unlessRefused(
        inTransaction(deps.pool, (tx) => voidEvent(tx, customerId, String(act.of % (life.sent + 1)))),
      );
    case 'recognize':
      return unlessRefused(recognizeDaily(deps, clock, now));
  }
}

async function signUpToo(life: BooksLife, quantity: number): Promise<void> {
  const id = newId('subscription');
  await subscriptionActivities(life.deps).signUp({
    subscriptionId: id,
    customerId: life.customerId,
    content: {
      ...{ planId: addOn, planVersion: 1, quantity, quantities: {}, addOns: [], priceOverrides: [] },
    },
    ...{ commitment: null, billingCycleAnchor: 'anniversary', startAt: null, trialEnd: null, cancelAt: null },
    ...{ couponId: null, collectionMethod: null, daysUntilDue: null, phases: [] },
  });
  life.others.push(id);
}

const feeAlone: LineScope = { prices: ['fee'] };

async function redeem(
  life: BooksLife,
  { percent, amount, periods, onCustomer, narrow }: Extract<Act, { act: 'coupon' }>,
  now: Instant,
): Promise<void> {
  const couponId = newId('coupon');
  await insertCoupon(life.deps.pool, {
    ...{ id: couponId, code: couponId, name: null, maxRedemptions: null, expiresAt: null, metadata: {} },
    percentOff: percent === null ? null : String(percent),
    amountOff: percent === null ? BigInt(amount) : null,
    currency: percent === null ? 'USD' : null,
    duration: periods === null ? 'forever' : periods === 'once' ? 'once' : 'repeating',
    durationPeriods: typeof periods === 'number' ? periods : null,
    appliesTo: narrow ? feeAlone : {},
  });
  const { customerId, id: own } = life;
  const redemption = { couponId, customerId, subscriptionId: onCustomer ? null : own, startsAt: now, now };
  await inTransaction(life.deps.pool, (tx) => redeemCoupon(tx, { ...redemption, id: newId('discount') }));
}

async function chargeTaxes(
  life: BooksLife,
  { rates, exempt }: Extract<Act, { act: 'taxes' }>,
): Promise<void> {
  const ids = rates.map(() => newId('tax_rate'));
  for (const [nth, { percentage, inclusive }] of rates.entries()) {
    await select(
      life,
      `INSERT INTO tax_rates (id, code, percentage, inclusive, created) VALUES ($1, $1, $2::numeric / 100, $3, now())`,
      [ids[nth], percentage, inclusive],
    );
  }
  await select(life, `UPDATE customers SET tax_rates = $2, tax_exempt = $3 WHERE id = $1`, [
    life.customerId,
    ids,
    exempt ? 'exempt' : 'none',
  ]);
}

async function grant(
  { deps, customerId }: BooksLife,
  { amount, paid, days, narrow }: Extract<Act, { act: 'grant' }>,
  now: Instant,
): Promise<void> {
  const activities = creditGrantActivities(deps);
  const purchases = await activities.grantCredit({
    creditGrantId: newId('credit_grant', newOperationId()),
    ...{ customerId, amount: String(amount), currency: 'USD', name: null, priority: amount % 3, paid },
    effectiveAt: null,
    expiresAt: days === null ? null : ((now + (days + 1) * 86_400_000) as Instant),
    appliesTo: narrow ? feeAlone : {},
  });
  for (const purchase of purchases) await activities.billPurchase(purchase);
}

async function addItem(
  { deps, customerId, clock }: BooksLife,
  { amount, alone, days }: Extract<Act, { act: 'item' }>,
  now: Instant,
): Promise<void> {
  const id = newId('invoice_item');
  await inTransaction(deps.pool, async (tx) => {
    await insertItems(tx, [
      {
        ...{ id, customerId, subscriptionId: null, currency: 'USD', description: 'item', taxRates: null },
        priced: priceItem({ amount: BigInt(amount) as Amount }),
        period: days === null ? null : { start: now, end: (now + (days + 1) * 86_400_000) as Instant },
        ...{
          taxable: amount % 2 === 0,
          discountable: amount % 3 !== 0,
          waits: true,
          metadata: {},
          createdAt: now,
        },
      },
    ]);
    if (!alone) return;
    const invoiceId = newId('invoice');
    const common = { customerId, currency: 'USD' };
    await insertManualInvoice(tx, { ...common, id: invoiceId, testClockId: clock, now, details: {} });
    await placeItems(tx, [{ ...common, invoiceId, subscriptionId: null }], [id]);
  });
}

/** The invoices that are final, in an order that is the same in equal lives. */
async function finals(life: BooksLife) {
  return select<{ id: InvoiceId; paid: bigint; status: string }>(
    life,
    `SELECT id, amount_paid AS paid, status FROM invoices WHERE customer_id = $1 AND status <> 'draft' ORDER BY sequence`,
    [life.customerId],
  );
}

async function issueNote(
  life: BooksLife,
  { of, line, part, refund }: Extract<Act, { act: 'note' }>,
): Promise<void> {
  const all = await finals(life);
  const invoice = all[of % Math.max(all.length, 1)];
  if (!invoice) return;
  // What was used and is credited may be voided too, and is then given back a second time: that is left out.
  const lines = await select<{ id: InvoiceLineId; net: bigint }>(
    life,
    `SELECT id, amount - discount_amount AS net FROM invoice_lines
      WHERE invoice_id = $1 AND amount <> discount_amount AND type IN ('fixed', 'proration', 'one_off') ORDER BY position`,
    [invoice.id],
  );
  const chosen = line === null ? lines : lines.slice(line % Math.max(lines.length, 1)).slice(0, 1);
  if (chosen.length === 0) return;
  const given = chosen.map(({ id, net }) => ({
    invoiceLine: id,
    amount: String(part >= 10 ? net : (net * BigInt(part)) / 10n || net),
  }));
  const refundId = newId('credit_note');
  const issue = (asked: string) =>
    creditNoteActivities(life.deps).issueCreditNote({
      creditNoteId: refundId,
      invoiceId: invoice.id,
      asked: { kind: 'lines', lines: given, refund: asked, credit: null },
      ...{ reason: 'other' as const, memo: null, metadata: {} },
    });
  for (const id of await issue(String((invoice.paid * BigInt(refund)) / 10n))) {
    await refundActivities(life.deps).settleRefund(id);
  }
}

async function endOne(
  life: BooksLife,
  { act, of }: { readonly act: 'void' | 'giveUp' | 'payLater'; readonly of: number },
): Promise<void> {
  const open = (await finals(life)).filter(({ status }) => status === 'open' || status === 'uncollectible');
  const invoice = open[of % Math.max(open.length, 1)];
  if (!invoice) return;
  const { voidInvoice, markUncollectible } = endInvoiceActivities(life.deps);
  const request = { operationId: newOperationId(), invoiceId: invoice.id };
  await (act === 'void' ? voidInvoice(request) : markUncollectible(request));
}

/** An attempt that was under way when the invoice was given up, or before: it succeeds by now. */
async function payLater(life: BooksLife, of: number): Promise<void> {
  const open = (await finals(life)).filter(({ status }) => status === 'open' || status === 'uncollectible');
  const invoice = open[of % Math.max(open.length, 1)];
  if (!invoice) return;
  await select(
    life,
    `INSERT INTO payments (provider, source, id, invoice_id, customer_id, test_clock_id, payment_method_id, default_method_id, amount, currency, status, created, asked_at)
     SELECT 'sandbox', 'automatic', $2, i.id, i.customer_id, i.test_clock_id, c.default_payment_method_id, c.default_payment_method_id,
            i.amount_due - i.amount_paid - i.amount_credited, i.currency, 'pending', $3, now() - interval '1 hour'
       FROM invoices i JOIN customers c ON c.id = i.customer_id
      WHERE i.id = $1 AND NOT EXISTS (SELECT FROM payments p WHERE p.invoice_id = i.id AND p.status IN ('pending', 'requires_action'))`,
    [invoice.id, newId('payment'), formatInstant(Date.now() as Instant)],
  );
}
