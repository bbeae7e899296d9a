/** Bills events that arrived after their period was invoiced: the difference goes on the next invoice (semantics.md, 5). */
import type { PoolClient } from 'pg';
import { lateUsageLines } from '../domain/invoice.ts';
import { one } from '../domain/quantity.ts';
import type { DueDraft, NewLine } from '../store/invoices.ts';
import { insertLines } from '../store/invoices.ts';
import { findLatePeriods, readBilledUsage, type LatePeriod } from '../store/lateUsage.ts';
import { loadPlanVersion } from '../store/plans.ts';
import { saveUsageSnapshots } from '../store/subscriptions.ts';
import { totalUsage } from '../store/usage.ts';

/** Late lines come after the usage lines, in the order of their periods. */
const firstLatePosition = 10_000;

export async function billLateUsage(tx: PoolClient, drafts: readonly DueDraft[]): Promise<void> {
  const latePeriods = await findLatePeriods(
    tx,
    drafts.map((draft) => draft.id),
  );
  for (const [order, late] of latePeriods.entries()) {
    const draft = drafts.find(({ id }) => id === late.invoice_id);
    if (draft) await billLatePeriod(tx, draft, late, firstLatePosition + order * 1000);
  }
}

async function billLatePeriod(
  tx: PoolClient,
  draft: DueDraft,
  late: LatePeriod,
  position: number,
): Promise<void> {
  const plan = await loadPlanVersion(tx, draft.plan_id, draft.plan_version);
  const period = { start: late.starts_at, end: late.ends_at };
  const prices = plan.prices.filter((price) => price.type === 'usage');
  const { quantities, snapshot } = await totalUsage(
    tx,
    prices.map(({ meterId }) => ({ customerId: late.customer_id, meterId, period })),
  );
  const lines: NewLine[] = [];
  for (const [index, price] of prices.entries()) {
    const quantity = quantities[index];
    if (quantity === undefined) throw new Error(`meter ${price.meterId} gave no total`);
    const billed = await readBilledUsage(
      tx,
      { subscriptionId: late.subscription_id, startsAt: late.starts_at },
      price.code,
    );
    const usage = [{ group: {}, quantity }];
    const before = [{ type: 'usage', group: null, ...billed }] as const;
    for (const line of lateUsageLines(price, plan.version, usage, before, period, one)) {
      lines.push({
        invoiceId: draft.id,
        subscriptionId: late.subscription_id,
        position: position + lines.length,
        line,
      });
    }
  }
  await insertLines(tx, lines);
  await saveUsageSnapshots(tx, [{ subscriptionId: late.subscription_id, index: late.index }], snapshot);
}
