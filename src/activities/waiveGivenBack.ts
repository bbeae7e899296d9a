/** Waives of the differences on drafts what a void or a credit note has given back before (semantics.md, section 5). */
import type { PoolClient } from 'pg';
import type { InvoiceId, InvoiceLineId } from '../domain/ids.ts';
import type { Amount } from '../domain/money.ts';
import type { StillCharged } from '../domain/stillCharged.ts';
import { waivedLine, waivedOf } from '../domain/waiver.ts';
import { pricePeriodKey, readChargedUsage, type ChargedPrice } from '../store/chargedUsage.ts';
import { lockDifferences, type StoredDifference } from '../store/differenceLines.ts';
import { insertLines, type NewLine } from '../store/invoiceLines.ts';

/** After all differences. */
const firstWaivedPosition = 1_500_000;

/** Adds the lines that waive; returns what each difference below zero gives back of. */
export async function waiveGivenBack(
  tx: PoolClient,
  invoiceIds: readonly InvoiceId[],
): Promise<Map<InvoiceLineId, StillCharged>> {
  const differences = await lockDifferences(tx, invoiceIds);
  const givesBack = new Map<InvoiceLineId, StillCharged>();
  if (differences.every(({ amount }) => amount >= 0n)) return givesBack;
  const charged = await readChargedUsage(tx, differences);
  // Of one period several drafts may become final together: an earlier one counts for a later one.
  const counted = new Map<string, bigint>();
  const positions = new Map<InvoiceId, number>();
  const lines: NewLine[] = [];
  for (const group of byPrice(differences)) {
    const [first] = group;
    const price = first && charged.get(pricePeriodKey(first));
    if (!price) continue;
    const left = group.map((line) => chargedFor(line, price, counted));
    const waived = waivedOf(
      group.map(({ amount }, index) => ({ amount, charged: left[index]?.amount ?? (0n as Amount) })),
      price.isBounded || group.some(isBounded),
    );
    for (const [index, line] of group.entries()) {
      const before = left[index] ?? { amount: 0n as Amount, lines: [] };
      const amount = waived[index] ?? (0n as Amount);
      if (line.amount < 0n) givesBack.set(line.id, before);
      counted.set(keyOf(line), (counted.get(keyOf(line)) ?? 0n) + line.amount + amount);
      if (amount === 0n) continue;
      const position = positions.get(line.invoiceId) ?? firstWaivedPosition;
      positions.set(line.invoiceId, position + 1);
      lines.push({
        ...{ invoiceId: line.invoiceId, subscriptionId: line.subscriptionId, periodIndex: line.periodIndex },
        ...{ position, creditsLineId: line.id, line: waivedLine(line, before.amount, amount) },
      });
    }
  }
  await insertLines(tx, lines);
  return givesBack;
}

/** Those of one draft, price and period together, in order. */
function byPrice(differences: readonly StoredDifference[]): StoredDifference[][] {
  const groups = new Map<string, StoredDifference[]>();
  for (const line of differences) {
    const key = `${line.invoiceId} ${pricePeriodKey(line)}`;
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(line);
  }
  return [...groups.values()];
}

function keyOf(line: StoredDifference): string {
  return `${pricePeriodKey(line)} ${line.of}`;
}

function chargedFor(
  line: StoredDifference,
  { lines }: ChargedPrice,
  counted: ReadonlyMap<string, bigint>,
): StillCharged {
  const own = lines.filter(({ of }) => of === line.of);
  const amount = own.reduce((sum, each) => sum + each.amount, counted.get(keyOf(line)) ?? 0n);
  return { amount: amount as Amount, lines: own };
}

function isBounded({ of, computation }: StoredDifference): boolean {
  return computation.maximum !== undefined || of.startsWith('minimum');
}
