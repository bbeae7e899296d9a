/** Usage that a void or a credit note has given back is not given back again when its events are voided (semantics.md, section 5). */
import type { Computation } from './computation.ts';
import type { PriceId } from './ids.ts';
import type { InvoiceLine } from './invoiceLine.ts';
import { allocate, type Amount } from './money.ts';
import type { Period } from './period.ts';
import { zero } from './quantity.ts';
import type { Group } from './usage.ts';

/** What late usage or a void of events makes of a group, or of a minimum. */
export interface UsageDifference {
  readonly amount: Amount;
  /** What is still charged for it: what was billed, less what voids and credit notes have given back. */
  readonly charged: Amount;
}

/**
 * What is waived of each difference of one price and period. A fall is waived as far as it is below what is still charged,
 * so that never less than nothing is. A minimum or a maximum (`isBounded`) moves amounts from one line to another: where
 * what falls had been given back, so had what rises in its place, which is waived just as far, below zero.
 */
export function waivedOf(differences: readonly UsageDifference[], isBounded: boolean): Amount[] {
  const falls = differences.map(beyondCharged);
  const rises = differences.map(({ amount }) => (amount > 0n ? amount : 0n) as Amount);
  const moved = isBounded ? least(sum(falls), sum(rises)) : 0n;
  const waivedRises = allocate((0n - moved) as Amount, rises);
  return falls.map((fall, index) => (fall + (waivedRises[index] ?? 0n)) as Amount);
}

/** How far a difference is below what is still charged: 0 or more, and no more than it falls. */
export function beyondCharged({ amount, charged }: UsageDifference): Amount {
  if (amount >= 0n) return 0n as Amount;
  const within = charged > 0n ? charged : 0n;
  return (amount + within < 0n ? 0n - amount - within : 0n) as Amount;
}

/** A difference as a line, of which something is waived. */
export interface DifferenceLine {
  readonly priceId: PriceId;
  readonly priceCode: string;
  readonly description: string;
  readonly period: Period;
  readonly group: Group | null;
  readonly amount: Amount;
  readonly taxable: boolean;
  readonly computation: Computation;
}

/** The line that waives `waived` of a difference, beside it. */
export function waivedLine(of: DifferenceLine, charged: Amount, waived: Amount): InvoiceLine {
  const { amount, description, computation, ...same } = of;
  const { events: _events, tiers: _tiers, minimum: _minimum, maximum: _maximum, ...facts } = computation;
  // A fall is brought up to nothing; of a rise a part is left.
  const before = amount < 0n ? 0n - waived : amount;
  return {
    ...same,
    type: 'waived',
    billing: 'in_arrears',
    description: `${description}, given back before`,
    quantity: zero,
    unitAmount: null,
    amount: waived,
    computation: {
      ...facts,
      parameters: {},
      quantity: { measured: '0', included: '0', billed: '0' },
      exactAmount: String(waived),
      before: { quantity: '0', amount: String(before) },
      after: { quantity: '0', amount: String(before + waived) },
      waived: {
        billed: computation.before?.amount ?? '0',
        charged: String(charged),
        difference: String(amount),
      },
    },
  };
}

function sum(amounts: readonly Amount[]): bigint {
  return amounts.reduce<bigint>((total, amount) => total + amount, 0n);
}

function least(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}
