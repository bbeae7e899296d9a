/** What coupons take off the lines of drafts, and what tax is put on them (semantics.md, section 7). */
import type { PoolClient } from 'pg';
import { takeDiscounts, takesFrom, type LineDiscount, type RunningDiscount } from '../domain/coupon.ts';
import type { CustomerId, InvoiceId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { netOf } from '../domain/invoiceTotals.ts';
import type { Amount } from '../domain/money.ts';
import type { TaxProvider } from '../ports/tax/provider.ts';
import { readBillingCustomers, type BillingCustomer } from '../store/billingCustomers.ts';
import { readRunningDiscounts, type CustomerDiscount, type DiscountUse } from '../store/discounts.ts';
import { readDraftsToSum, type SummedDraft } from '../store/invoiceDrafts.ts';
import { readDraftLines, readGivenBack, saveLineSums, type DraftLine } from '../store/lineSums.ts';
import { readActiveTaxRates } from '../store/taxRates.ts';
import { carryOver } from './carryDiscounts.ts';
import { followBilled, followCharge, followsCharge, givesBack, type LinesToSum } from './followCharge.ts';

/**
 * Reads the lines of drafts, and what was billed for that which some of them give back; `charged` is what is still charged
 * of that, for differences of usage.
 */
export async function readLinesToSum(
  tx: PoolClient,
  drafts: readonly SummedDraft[],
  charged: LinesToSum['charged'] = new Map(),
): Promise<LinesToSum> {
  const lines = await readDraftLines(
    tx,
    drafts.map(({ id }) => id),
  );
  const giving = [...lines.values()].flat().filter(givesBack);
  const billed = await readGivenBack(
    tx,
    giving.map(({ id }) => id),
  );
  return { lines, billed, charged };
}

/**
 * Takes discounts off the lines of drafts, the earliest draft first, and returns what each discount was used for. With
 * `lock` the discounts are held until the transaction ends.
 */
export async function discountDrafts(
  tx: PoolClient,
  drafts: readonly SummedDraft[],
  customers: ReadonlyMap<CustomerId, BillingCustomer>,
  toSum: LinesToSum,
  { lock }: { readonly lock: boolean },
): Promise<DiscountUse[]> {
  const { lines, billed } = toSum;
  const discounted = [...customers.values()].filter((customer) => customer.has_discounts);
  const running = await readRunningDiscounts(
    tx,
    discounted.map(({ id }) => id),
    { lock },
  );
  const uses: DiscountUse[] = [];
  const changed: DraftLine[] = [];
  for (const draft of inOrder(drafts)) {
    const before = lines.get(draft.id) ?? [];
    const own = running.filter((each) => isFor(each, draft));
    const plain = before.filter((line) => !givesBack(line));
    const taken = takeDiscounts(
      plain,
      own.map(({ discount }) => discount),
    );
    const ofPlain = new Map(plain.map(({ id }, index) => [id, taken[index] ?? []]));
    const charged = before.map((line) => ({ ...line, discounts: ofPlain.get(line.id) ?? [] }));
    const summed = charged.map((line) =>
      ofPlain.has(line.id)
        ? line
        : { ...line, discounts: followBilled(line, charged, toSum)?.discounts ?? [] },
    );
    const after = await carryOver(
      tx,
      draft,
      summed,
      billed,
      own.map(({ discount }) => discount),
    );
    lines.set(draft.id, after);
    changed.push(...after.filter((line, index) => !isSame(line.discounts, before[index]?.discounts)));
    for (const each of own) uses.push(...useOf(each, draft, [...ofPlain.values()].flat()));
  }
  await saveLineSums(tx, changed);
  return uses;
}

function inOrder(drafts: readonly SummedDraft[]): SummedDraft[] {
  return [...drafts].sort((a, b) => a.created - b.created || (a.id < b.id ? -1 : 1));
}

function isFor(each: CustomerDiscount, draft: SummedDraft): boolean {
  const { discount, customerId, startsAt, endsAt } = each;
  const { subscriptionId } = discount;
  if (customerId !== draft.customer_id || draft.created < startsAt) return false;
  if (endsAt !== null && draft.created >= endsAt) return false;
  // A common invoice has lines of several: those of the discount's are found line by line.
  if (subscriptionId !== null && draft.subscription_id !== subscriptionId && !draft.grouped) return false;
  const { kind, currency } = draft;
  return takesFrom(discount, { kind, currency, uses: each.uses, periodsUsed: periodsUsedOf(each, draft) });
}

/**
 * Of one subscription's all are its periods, on an invoice of its own or on a common one. Of a customer's, a common invoice
 * goes on where that subscription stands that was billed alone the longest, as each is by its first invoice.
 */
function periodsUsedOf({ discount, periodsUsed }: CustomerDiscount, draft: SummedDraft): number {
  const common = periodsUsed.get('') ?? 0;
  const alone = [...periodsUsed].filter(([key]) => key !== '').map(([, used]) => used);
  if (discount.subscriptionId !== null) return alone.reduce((sum, used) => sum + used, common);
  if (draft.subscription_id === null) return Math.max(0, ...alone) + common;
  return periodsUsed.get(draft.subscription_id) ?? 0;
}

function useOf(each: CustomerDiscount, draft: SummedDraft, taken: readonly LineDiscount[]): DiscountUse[] {
  const { discount } = each;
  const amount = taken
    .filter(({ discount: id }) => id === discount.id)
    .reduce((sum, part) => sum + part.amount, 0n) as Amount;
  if (amount === 0n) return [];
  const counts = draft.kind === 'period';
  const key = draft.subscription_id ?? '';
  each.uses += 1;
  if (counts) each.periodsUsed.set(key, (each.periodsUsed.get(key) ?? 0) + 1);
  return [
    {
      discountId: discount.id,
      invoiceId: draft.id,
      subscriptionId: draft.subscription_id,
      counts,
      amount,
      exhausts: isExhausted(discount, periodsUsedOf(each, draft)),
    },
  ];
}

/** One of a customer may go on with another subscription; that is left open. */
function isExhausted({ length, subscriptionId }: RunningDiscount, periodsUsed: number): boolean {
  if (length.duration === 'once') return true;
  return length.duration === 'repeating' && subscriptionId !== null && periodsUsed >= length.periods;
}

/** Puts taxes on the lines of drafts, after all discounts and with what commitments have added. */
export async function taxDrafts(
  tx: PoolClient,
  provider: TaxProvider,
  drafts: readonly SummedDraft[],
  customers: ReadonlyMap<CustomerId, BillingCustomer>,
  toSum: LinesToSum,
  now: Instant,
): Promise<void> {
  const { lines } = toSum;
  const rates = await readActiveTaxRates(tx);
  const requests = drafts.flatMap((draft) => {
    const customer = customers.get(draft.customer_id);
    if (!customer) throw new Error(`customer ${draft.customer_id} was not read`);
    // What gives back has the taxes that it was charged with; where those are not known, today's.
    const plain = (lines.get(draft.id) ?? []).filter((line) => !followsCharge(line, toSum));
    if (plain.length === 0) return [];
    return [
      {
        invoiceId: draft.id,
        currency: draft.currency,
        at: now,
        customer: {
          country: customer.country,
          taxExempt: customer.tax_exempt,
          taxRates: customer.tax_rates,
        },
        lines: plain.map((line) => ({
          id: line.id,
          priceCode: line.priceCode,
          planId: line.planId,
          net: netOf(line),
          taxable: line.taxable,
          taxRates: line.taxRates,
        })),
      },
    ];
  });
  const answers = await provider.calculate(requests, rates);
  const taxOfLine = new Map(
    requests.flatMap(({ lines: asked }, nth) =>
      asked.map(({ id }, index) => [id, answers[nth]?.[index] ?? []] as const),
    ),
  );
  const changed: DraftLine[] = [];
  for (const draft of drafts) {
    const before = lines.get(draft.id) ?? [];
    const plain = before.map((line) => ({ ...line, taxes: taxOfLine.get(line.id) ?? [] }));
    const after = plain.map((line) =>
      taxOfLine.has(line.id) ? line : { ...line, taxes: followCharge(line, plain, toSum)?.taxes ?? [] },
    );
    lines.set(draft.id, after);
    changed.push(...after.filter((line, index) => !isSame(line.taxes, before[index]?.taxes)));
  }
  await saveLineSums(tx, changed);
}

/** Shows on drafts what discounts and taxes come to so far; nothing is used up by it. */
export async function estimateSums(
  tx: PoolClient,
  provider: TaxProvider,
  invoiceIds: readonly InvoiceId[],
  now: Instant,
): Promise<void> {
  const drafts = await readDraftsToSum(tx, invoiceIds);
  if (drafts.length === 0) return;
  const customers = await readBillingCustomers(
    tx,
    drafts.map(({ customer_id: id }) => id),
  );
  const toSum = await readLinesToSum(tx, drafts);
  await discountDrafts(tx, drafts, customers, toSum, { lock: false });
  await taxDrafts(tx, provider, drafts, customers, toSum, now);
}

/** Lists of discounts or taxes, by what they come to. */
function isSame(
  one: readonly { amount: Amount }[],
  other: readonly { amount: Amount }[] | undefined,
): boolean {
  const text = (list: readonly object[]) =>
    JSON.stringify(list, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  return text(one) === text(other ?? []);
}
