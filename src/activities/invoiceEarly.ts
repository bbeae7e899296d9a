/** Invoices early those subscriptions whose usage of the open period has passed their threshold (semantics.md, section 7). */
import type { PoolClient } from 'pg';
import type { InvoiceId, SubscriptionId, TestClockId } from '../domain/ids.ts';
import { subtotal } from '../domain/invoice.ts';
import type { InvoiceLine } from '../domain/invoiceLine.ts';
import type { Instant } from '../domain/instant.ts';
import { progressiveLines } from '../domain/progressive.ts';
import type { DueScope } from '../store/dueScope.ts';
import { recordEvents } from '../store/eventLog.ts';
import { readPriceUsage } from '../store/groupUsage.ts';
import { insertDrafts } from '../store/invoiceDrafts.ts';
import { insertLines } from '../store/invoiceLines.ts';
import { meteredPrices } from '../store/meteredPrices.ts';
import { newId } from '../store/newId.ts';
import { readInvoicedEarly } from '../store/progressiveLines.ts';
import {
  findLooks,
  lockLooks,
  lookOf,
  readLookedAt,
  saveLatestInvoices,
  saveLooks,
  subscriptionOfLook,
  type LookedAt,
  type LookPage,
} from '../store/thresholds.ts';
import type { Dependencies } from './dependencies.ts';
import { batchSize, runDueStep, type DueStep } from './dueStep.ts';

/**
 * Looks at all who live by a clock (null: the real one) and of whom there is something new to see, page by page, until
 * `goOn` says no more; returns those that are invoiced early now. The drafts are due at once. What fails for one is set
 * aside for its looks alone.
 */
export async function invoiceEarly(
  deps: Dependencies,
  testClockId: TestClockId | null,
  now: Instant,
  goOn: () => boolean = () => true,
): Promise<SubscriptionId[]> {
  const scope: DueScope =
    testClockId === null ? { kind: 'live', shard: 0, shards: 1 } : { kind: 'clock', testClockId };
  const reached: SubscriptionId[] = [];
  let from: string | null = '';
  while (from !== null) {
    const page: LookPage = await findLooks(deps.pool, testClockId, now, from, batchSize);
    if (page.ids.length > 0) await runDueStep(deps, lookAtThresholds(page.ids, reached), scope, now);
    from = goOn() ? page.next : null;
  }
  return reached;
}

/** A step that looks at those that were found. */
function lookAtThresholds(found: readonly SubscriptionId[], reached: SubscriptionId[]): DueStep {
  return {
    name: 'threshold',
    single: (subject) => ({ kind: 'subscriptions', subscriptionIds: [subscriptionOfLook(subject)] }),
    async run(tx, scope, now, _limit, claimed) {
      const ids = await lockLooks(tx, scope.kind === 'subscriptions' ? scope.subscriptionIds : found);
      claimed(ids.map(lookOf));
      if (ids.length > 0) reached.push(...(await look(tx, await readLookedAt(tx, ids, now), now)));
    },
  };
}

interface EarlyInvoice {
  readonly id: InvoiceId;
  readonly of: LookedAt;
  readonly subscriptionId: SubscriptionId;
  readonly lines: readonly InvoiceLine[];
}

async function look(tx: PoolClient, looks: readonly LookedAt[], now: Instant): Promise<SubscriptionId[]> {
  const lines = await rateSoFar(tx, looks, now);
  const invoices = looks.flatMap((of): EarlyInvoice[] => {
    const own = lines.get(of.subscription_id) ?? [];
    if (subtotal(own) < of.threshold_amount) return [];
    return [{ id: newId('invoice'), of, subscriptionId: of.subscription_id, lines: own }];
  });
  if (invoices.length > 0) await save(tx, invoices, now);
  return invoices.map(({ subscriptionId }) => subscriptionId);
}

/**
 * What the usage of each open period comes to beyond what was invoiced early for it before. It is rated as if no more
 * came until the period's end, so that nothing but what arrives can change it.
 */
async function rateSoFar(
  tx: PoolClient,
  looks: readonly LookedAt[],
  now: Instant,
): Promise<Map<SubscriptionId, InvoiceLine[]>> {
  const metered = await meteredPrices(tx, looks);
  const { usage, snapshot } = await readPriceUsage(tx, metered);
  const invoiced = await readInvoicedEarly(
    tx,
    metered.map(({ of, price, period }) => ({
      subscription_id: of.subscription_id,
      index: of.index,
      starts_at: period.start,
      price_code: price.code,
    })),
  );
  await saveLooks(tx, looks, snapshot);
  const lines = new Map<SubscriptionId, InvoiceLine[]>();
  for (const [nth, { of, price, planVersion, period, fraction }] of metered.entries()) {
    const soFar = { start: period.start, end: period.end < now ? period.end : now };
    const own = lines.get(of.subscription_id) ?? [];
    const groups = usage[nth] ?? [];
    own.push(...progressiveLines(price, planVersion, groups, invoiced[nth] ?? [], soFar, fraction));
    lines.set(of.subscription_id, own);
  }
  return lines;
}

async function save(tx: PoolClient, invoices: readonly EarlyInvoice[], now: Instant): Promise<void> {
  await insertDrafts(
    tx,
    invoices.map(({ id, subscriptionId, of }) => ({
      id,
      subscriptionId,
      customerId: of.customer_id,
      testClockId: of.test_clock_id,
      currency: of.currency,
      boundary: null,
      changeId: null,
      billingReason: 'threshold',
      period: { start: of.starts_at, end: now },
      finalizesAt: now,
      createdAt: now,
    })),
  );
  await insertLines(
    tx,
    invoices.flatMap(({ id, subscriptionId, of, lines }) =>
      lines.map((line, position) => ({
        invoiceId: id,
        position,
        subscriptionId,
        periodIndex: of.index,
        line,
      })),
    ),
  );
  await saveLatestInvoices(tx, invoices);
  await recordEvents(
    tx,
    invoices.map(({ id, subscriptionId, of, lines }) => ({
      type: 'invoice.threshold_reached' as const,
      objectId: id,
      customerId: of.customer_id,
      subscriptionId,
      occurredAt: now,
      data: {
        invoice: id,
        amount: Number(subtotal(lines)),
        amount_gte: Number(of.threshold_amount),
        currency: of.currency,
      },
    })),
  );
}
