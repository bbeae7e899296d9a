/** Coupons that a change gives back with the old prices go on with the new ones (semantics.md, section 3). */
import type { PoolClient } from 'pg';
import { carryDiscounts, type LineDiscount, type RunningDiscount } from '../domain/coupon.ts';
import { giveBack, type BilledLine } from '../domain/givenBack.ts';
import type { DiscountId, InvoiceLineId } from '../domain/ids.ts';
import { netOf } from '../domain/invoiceTotals.ts';
import type { Amount } from '../domain/money.ts';
import { readDiscountsById } from '../store/discounts.ts';
import type { SummedDraft } from '../store/invoiceDrafts.ts';
import type { DraftLine } from '../store/lineSums.ts';

const isCredit = ({ type, creditsLineId }: DraftLine) => type === 'proration' && creditsLineId !== null;
const isCharge = ({ type, creditsLineId }: DraftLine) => type === 'proration' && creditsLineId === null;
const changeOf = ({ subscriptionId, period }: DraftLine) => `${subscriptionId ?? ''} ${String(period.start)}`;

/**
 * The lines of a draft, of which those that take from it by themselves (`own`) have taken: credits with what they give back
 * of discounts, and the charges that came in their place with what goes on. Change by change, the earliest first, as one
 * gives back what an earlier one has charged.
 */
export async function carryOver(
  tx: PoolClient,
  draft: SummedDraft,
  lines: readonly DraftLine[],
  billed: ReadonlyMap<InvoiceLineId, readonly BilledLine[]>,
  own: readonly RunningDiscount[],
): Promise<DraftLine[]> {
  const changes = lines.filter((line) => isCredit(line) || isCharge(line));
  if (!changes.some(isCredit)) return [...lines];
  const goOn = await readGoingOn(tx, draft, lines, billed);
  const ownIds = new Set(own.map(({ id }) => id));
  const decided = new Map(lines.map((line) => [line.id, line]));
  for (const change of inTime(changes)) {
    const charges = superseded(change);
    const back = new Map<DiscountId, bigint>();
    const giveBackOf = (credits: readonly DraftLine[]) => {
      for (const credit of credits) {
        const charge = credit.creditsLineId && decided.get(credit.creditsLineId);
        const discounts =
          giveBack(credit.amount, charge ? [charge] : (billed.get(credit.id) ?? []))?.discounts ?? [];
        decided.set(credit.id, { ...credit, discounts });
        for (const { discount, amount } of discounts) back.set(discount, (back.get(discount) ?? 0n) - amount);
      }
    };
    giveBackOf(
      change.filter((line) => isCredit(line) && !charges.some(({ id }) => id === line.creditsLineId)),
    );
    for (const charge of charges) {
      const carried = carriedOn(charge, goOn, back, ownIds);
      decided.set(charge.id, { ...charge, discounts: [...charge.discounts, ...carried] });
      giveBackOf(change.filter((line) => line.creditsLineId === charge.id));
    }
  }
  return lines.map((line) => decided.get(line.id) ?? line);
}

/** Takes of what was given back so far; of an amount that much less is left for the next. */
function carriedOn(
  charge: DraftLine,
  goOn: readonly RunningDiscount[],
  back: Map<DiscountId, bigint>,
  own: ReadonlySet<DiscountId>,
): LineDiscount[] {
  const [carried = []] = carryDiscounts(
    [{ ...charge, amount: netOf(charge) }],
    goOn
      .filter(({ id }) => (back.get(id) ?? 0n) > 0n)
      .map((discount) => ({
        discount,
        givenBack: (back.get(discount.id) ?? 0n) as Amount,
        takesItself: own.has(discount.id),
      })),
  );
  for (const { discount, amount } of carried) {
    const value = goOn.find(({ id }) => id === discount)?.value;
    if (value && 'amountOff' in value) back.set(discount, (back.get(discount) ?? 0n) - amount);
  }
  return carried;
}

/** Those that were taken of what is given back, and that have not been ended. */
async function readGoingOn(
  tx: PoolClient,
  draft: SummedDraft,
  changes: readonly DraftLine[],
  billed: ReadonlyMap<InvoiceLineId, readonly BilledLine[]>,
): Promise<RunningDiscount[]> {
  const given = [...changes, ...changes.flatMap(({ id }) => billed.get(id) ?? [])];
  const ids = new Set(given.flatMap(({ discounts }) => discounts.map(({ discount }) => discount)));
  const known = await readDiscountsById(tx, [...ids]);
  return known
    .filter(({ endsAt }) => endsAt === null || draft.created < endsAt)
    .map(({ discount }) => discount);
}

function inTime(changes: readonly DraftLine[]): DraftLine[][] {
  const groups = new Map<string, DraftLine[]>();
  for (const line of [...changes].sort((a, b) => a.period.start - b.period.start)) {
    const group = groups.get(changeOf(line)) ?? [];
    groups.set(changeOf(line), group);
    group.push(line);
  }
  return [...groups.values()];
}

/** The charges of an instant: first those that were given back at that very instant. */
function superseded(change: readonly DraftLine[]): DraftLine[] {
  const isGivenBack = ({ id }: DraftLine) => change.some(({ creditsLineId }) => creditsLineId === id);
  const charges = change.filter(isCharge);
  return [...charges.filter(isGivenBack), ...charges.filter((charge) => !isGivenBack(charge))];
}
