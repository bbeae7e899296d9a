/** Lines that give back have the discounts and taxes of what was charged, not today's (semantics.md, section 3). */
import { giveBack, type BilledLine, type GivenBack } from '../domain/givenBack.ts';
import type { InvoiceId, InvoiceLineId } from '../domain/ids.ts';
import { giveBackDifference, mirrored, type StillCharged } from '../domain/stillCharged.ts';
import type { DraftLine } from '../store/lineSums.ts';

/** The lines of drafts, with what those that give back follow. */
export interface LinesToSum {
  readonly lines: Map<InvoiceId, DraftLine[]>;
  readonly billed: ReadonlyMap<InvoiceLineId, readonly BilledLine[]>;
  /** Of differences of usage: what is still charged of that. */
  readonly charged: ReadonlyMap<InvoiceLineId, StillCharged>;
}

/** Lines that give back follow what was charged: credits, and differences below zero. */
export function givesBack({ creditsLineId, amount, type }: DraftLine): boolean {
  return creditsLineId !== null || (amount < 0n && type !== 'one_off');
}

/** What a line that gives back has of what other invoices have billed; undefined where that is not known. */
export function followBilled(
  line: DraftLine,
  onSame: readonly DraftLine[],
  { billed, charged }: LinesToSum,
): GivenBack | undefined {
  if (line.type === 'waived') {
    const difference = onSame.find(({ id }) => id === line.creditsLineId);
    if (difference && difference.amount > 0n) return giveBack(line.amount, [difference]);
    const back = difference && followDifference(difference, billed, charged);
    return back && mirrored(back.beyond);
  }
  if (charged.has(line.id)) return followDifference(line, billed, charged)?.whole;
  return giveBack(line.amount, billed.get(line.id) ?? []);
}

function followDifference(
  { id, amount }: DraftLine,
  billed: LinesToSum['billed'],
  charged: LinesToSum['charged'],
) {
  const of = charged.get(id);
  return of && giveBackDifference(amount, of, billed.get(id) ?? []);
}

/** As `followBilled`, also where the charge is on the same draft. */
export function followCharge(
  line: DraftLine,
  onSame: readonly DraftLine[],
  toSum: LinesToSum,
): GivenBack | undefined {
  const charge = onSame.find(({ id }) => id === line.creditsLineId);
  return charge && line.type !== 'waived'
    ? giveBack(line.amount, [charge])
    : followBilled(line, onSame, toSum);
}

export function followsCharge(line: DraftLine, toSum: LinesToSum): boolean {
  if (!givesBack(line)) return false;
  return followCharge(line, toSum.lines.get(line.invoiceId) ?? [], toSum) !== undefined;
}
