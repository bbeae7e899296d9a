/** Credit that was granted, and what of it an invoice uses (semantics.md, section 7: after tax). */
import type { CreditGrantId } from './ids.ts';
import type { Instant } from './instant.ts';
import { isInScope, isNarrow, type LineScope, type ScopedLine } from './lineScope.ts';
import type { Amount } from './money.ts';

export interface CreditGrant {
  readonly id: CreditGrantId;
  readonly name: string | null;
  readonly remaining: Amount;
  /** Whether the customer paid for it. */
  readonly paid: boolean;
  /** The lowest is spent first. */
  readonly priority: number;
  /** Null: never. */
  readonly expiresAt: Instant | null;
  readonly createdAt: Instant;
  readonly appliesTo: LineScope;
}

export interface PayableLine extends ScopedLine {
  /** After discounts, with tax. */
  readonly payable: Amount;
  /** A purchase of credit is not paid with credit. */
  readonly isCreditPurchase: boolean;
}

export interface UsedCredit {
  readonly grant: CreditGrant;
  readonly amount: Amount;
}

/** The order in which grants are spent: by priority, then the earliest to expire, then the oldest. */
export function inSpendingOrder<Grant extends CreditGrant>(grants: readonly Grant[]): Grant[] {
  return [...grants].sort(
    (a, b) =>
      a.priority - b.priority ||
      (a.expiresAt ?? Infinity) - (b.expiresAt ?? Infinity) ||
      a.createdAt - b.createdAt ||
      (a.id < b.id ? -1 : 1),
  );
}

/**
 * What an invoice uses of grants, in their order. One that is for some lines pays no more than those come to, less what
 * others of that kind pay of them; together they never pay more than the invoice comes to.
 */
export function spendGrants(lines: readonly PayableLine[], grants: readonly CreditGrant[]): UsedCredit[] {
  const payable = lines.filter(({ isCreditPurchase }) => !isCreditPurchase);
  const left = payable.map(({ payable: amount }) => amount as bigint);
  let total = left.reduce((sum, amount) => sum + amount, 0n);
  const used: UsedCredit[] = [];
  for (const grant of inSpendingOrder(grants)) {
    const narrow = isNarrow(grant.appliesTo);
    const own = [...payable.keys()].filter((index) => {
      const line = payable[index];
      return line && isInScope(grant.appliesTo, line);
    });
    const ofLines = narrow ? own.reduce((sum, index) => sum + (left[index] ?? 0n), 0n) : total;
    const amount = smallest(grant.remaining, ofLines, total);
    if (amount <= 0n) continue;
    total -= amount;
    if (narrow) take(left, own, amount);
    used.push({ grant, amount: amount as Amount });
  }
  return used;
}

/** Takes an amount of lines, one after the other; lines below zero have nothing to take. */
function take(left: bigint[], own: readonly number[], amount: bigint): void {
  let rest = amount;
  for (const index of own) {
    const there = left[index] ?? 0n;
    const taken = there <= 0n ? 0n : there < rest ? there : rest;
    left[index] = there - taken;
    rest -= taken;
  }
}

function smallest(...amounts: readonly bigint[]): bigint {
  return amounts.reduce((least, amount) => (amount < least ? amount : least));
}
