/** A share of the money that each event carries, after a free allowance (semantics.md, section 4). */
import { notBelowZero, zero, type Decimal } from '../quantity.ts';
import type { EventAmounts, EventRun } from '../usage.ts';
import type { PercentageModel } from './price.ts';
import type { RatedEvents, Rating } from './rate.ts';

/**
 * Every paid event: its paid part × rate + the fixed amount, bounded. An event of a negative amount takes its share off
 * the others and uses nothing of a free amount; the sum is never below 0.
 */
export function ratePercentage(model: PercentageModel, quantity: Decimal, events: EventAmounts): Rating {
  const { free, paid } = spendAllowance(model, events.first);
  let amount = zero;
  let atRate = { count: 0n, amount: zero };
  let atMinimum = 0n;
  let atMaximum = 0n;
  for (const { count, total } of [...paid, ...events.rest]) {
    if (count === 0n) continue;
    const { charge, bound } = chargeEvent(model, total.div(count));
    amount = amount.add(charge.mul(count));
    if (bound === 'minimum') atMinimum += count;
    else if (bound === 'maximum') atMaximum += count;
    else atRate = { count: atRate.count + count, amount: atRate.amount.add(total) };
  }
  return { amount: notBelowZero(amount), quantity, events: { free, atRate, atMinimum, atMaximum } };
}

/**
 * What of the first events is free: until the first of both allowances is used up. The event on the edge of the free
 * amount is free in part, and its other part is paid.
 */
function spendAllowance(
  { freeEvents, freeAmount }: PercentageModel,
  first: readonly Decimal[],
): { readonly free: RatedEvents['free']; readonly paid: readonly EventRun[] } {
  if (freeEvents === null && freeAmount === null) {
    return { free: { count: 0n, amount: zero }, paid: first.map(single) };
  }
  let count = 0n;
  let used = zero;
  const paid: EventRun[] = [];
  for (const amount of first) {
    if ((freeEvents !== null && count >= freeEvents) || (freeAmount !== null && used.gte(freeAmount))) {
      paid.push(single(amount));
      continue;
    }
    const left = freeAmount?.sub(used);
    const freePart = left === undefined || amount.lte(left) ? amount : left;
    count += 1n;
    used = used.add(notBelowZero(freePart));
    if (!freePart.equals(amount)) paid.push(single(amount.sub(freePart)));
  }
  return { free: { count, amount: used }, paid };
}

function single(amount: Decimal): EventRun {
  return { count: 1n, total: amount };
}

function chargeEvent(
  { rate, fixedAmount, perEventMin, perEventMax }: PercentageModel,
  paid: Decimal,
): { readonly charge: Decimal; readonly bound: 'minimum' | 'maximum' | null } {
  const charge = paid.mul(rate).div(100).add(fixedAmount);
  if (perEventMin !== null && charge.lt(perEventMin)) return { charge: perEventMin, bound: 'minimum' };
  if (perEventMax !== null && charge.gt(perEventMax)) return { charge: perEventMax, bound: 'maximum' };
  return { charge, bound: null };
}
