/** What pays invoices before any payment: credit that was granted, then the customer's balance (semantics.md, section 7). */
import type { PoolClient } from 'pg';
import { settle } from '../domain/balance.ts';
import { spendGrants, type UsedCredit } from '../domain/creditGrant.ts';
import type { CustomerId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { netOf, taxOf, type InvoiceTotals } from '../domain/invoiceTotals.ts';
import type { AppliedCredit } from '../domain/ledger.ts';
import { isNarrow } from '../domain/lineScope.ts';
import type { Amount } from '../domain/money.ts';
import type { BillingCustomer } from '../store/billingCustomers.ts';
import { lockGrants, moveCredit, type CustomerGrant } from '../store/creditGrants.ts';
import { lockBalances, saveBalances } from '../store/customerBalances.ts';
import type { DueDraft } from '../store/invoiceDrafts.ts';
import type { DraftLine } from '../store/lineSums.ts';
import { buyTopUps } from './buyCredit.ts';

export interface SummedInvoice extends DueDraft {
  readonly lines: readonly DraftLine[];
  readonly totals: InvoiceTotals;
}

export interface SettledInvoice extends SummedInvoice {
  readonly creditsApplied: Amount;
  readonly applied: AppliedCredit;
  readonly used: readonly UsedCredit[];
  /** What was used, in its order; of the balance there is no grant. */
  readonly credits: readonly {
    readonly name: string | null;
    readonly grant: string | null;
    readonly amount: Amount;
  }[];
}

/** Uses what customers have as credit, makes balance of totals below zero, and buys more credit where it has run low. */
export async function useCredit(
  tx: PoolClient,
  invoices: readonly SummedInvoice[],
  customers: ReadonlyMap<CustomerId, BillingCustomer>,
  now: Instant,
): Promise<SettledInvoice[]> {
  const balances = await lockBalances(
    tx,
    invoices.map(({ customer_id }) => customer_id),
    // Those that top up are locked before their grants, as whoever else ends or buys credit does.
    invoices
      .filter(({ totals, customer_id: id }) => totals.total < 0n || customers.get(id)?.has_top_up)
      .map(({ customer_id }) => customer_id),
  );
  const withCredit = [...customers.values()].filter((customer) => customer.has_credit);
  let grants = await lockGrants(
    tx,
    withCredit.map(({ id }) => id),
    now,
  );
  const settled: SettledInvoice[] = [];
  for (const invoice of invoices) {
    const used = spendGrants(
      invoice.lines.map(toPayable),
      grants.filter((grant) => isFor(grant, invoice)),
    );
    grants = grants.map((grant) => lessOf(grant, used));
    const paidByGrants = used.reduce((sum, { amount }) => sum + amount, 0n);
    const balance = balances.get(invoice.customer_id) ?? (0n as Amount);
    const rest = settle((invoice.totals.total - paidByGrants) as Amount, balance);
    if (rest.creditsApplied !== 0n) balances.set(invoice.customer_id, rest.balance);
    settled.push(settledBy(invoice, used, rest.creditsApplied));
  }
  await moveCredit(
    tx,
    settled.flatMap(({ id, used }) =>
      used.map(({ grant, amount }) => ({
        grantId: grant.id,
        kind: 'applied' as const,
        sourceId: id,
        amount,
      })),
    ),
    now,
  );
  await saveBalances(tx, balances);
  await buyTopUps(
    tx,
    settled.filter(usesAnyCredit).map(({ customer_id: id }) => id),
    now,
  );
  return settled;
}

/** Whether it used some of what is for all lines, by which it is told how much is left. */
function usesAnyCredit({ used }: SettledInvoice): boolean {
  return used.some(({ grant }) => !isNarrow(grant.appliesTo));
}

function isFor(grant: CustomerGrant, { customer_id: id, currency }: SummedInvoice): boolean {
  return grant.customerId === id && grant.currency === currency;
}

function toPayable(line: DraftLine) {
  return {
    priceCode: line.priceCode,
    planId: line.planId,
    payable: (netOf(line) + taxOf(line).added) as Amount,
    isCreditPurchase: line.type === 'credit_purchase',
  };
}

function lessOf(grant: CustomerGrant, used: readonly UsedCredit[]): CustomerGrant {
  const use = used.find((each) => each.grant.id === grant.id);
  return use ? { ...grant, remaining: (grant.remaining - use.amount) as Amount } : grant;
}

function settledBy(invoice: SummedInvoice, used: readonly UsedCredit[], balance: Amount): SettledInvoice {
  const sum = (paid: boolean) =>
    used
      .filter(({ grant }) => grant.paid === paid)
      .reduce((total, { amount }) => total + amount, 0n) as Amount;
  const applied = { balance, prepaid: sum(true), promotional: sum(false) };
  return {
    ...invoice,
    used,
    applied,
    creditsApplied: (applied.balance + applied.prepaid + applied.promotional) as Amount,
    credits: [
      ...used.map(({ grant, amount }) => ({ name: grant.name, grant: grant.id, amount })),
      ...(balance === 0n ? [] : [{ name: null, grant: null, amount: balance }]),
    ],
  };
}
