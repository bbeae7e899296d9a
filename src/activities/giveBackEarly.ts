/** Gives back on the drafts that bill periods what was invoiced early for those: the usage is on them as a whole. */
import type { PoolClient } from 'pg';
import type { InvoiceId } from '../domain/ids.ts';
import { givenBackLine } from '../domain/progressive.ts';
import { insertLines } from '../store/invoiceLines.ts';
import type { InvoicedPeriod } from '../store/meteredPrices.ts';
import { readProgressiveCharges } from '../store/progressiveLines.ts';

/** After the usage lines, which are far fewer, and before what is late. */
const firstGivenBackPosition = 500_000;

export async function giveBackEarly(tx: PoolClient, periods: readonly InvoicedPeriod[]): Promise<void> {
  const charges = await readProgressiveCharges(tx, periods);
  if (charges.length === 0) return;
  const invoiceOf = new Map(
    periods.map(({ subscription_id: id, index, invoice_id }) => [keyOf(id, index), invoice_id]),
  );
  const positions = new Map<InvoiceId, number>();
  await insertLines(
    tx,
    charges.map((charge) => {
      const { subscriptionId, periodIndex } = charge;
      const invoiceId = invoiceOf.get(keyOf(subscriptionId, periodIndex));
      if (!invoiceId) throw new Error(`no invoice bills what was charged early by ${charge.id}`);
      const position = positions.get(invoiceId) ?? firstGivenBackPosition;
      positions.set(invoiceId, position + 1);
      return {
        invoiceId,
        position,
        subscriptionId,
        periodIndex,
        creditsLineId: charge.id,
        line: givenBackLine(charge),
      };
    }),
  );
}

function keyOf(subscriptionId: string, index: number): string {
  return `${subscriptionId} ${String(index)}`;
}
