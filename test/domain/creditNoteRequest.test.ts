/** What a credit note decides, and its postings: balanced at every step, and all back at the end (semantics.md, 7 and 9). */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { spendGrants } from '../../src/domain/creditGrant.ts';
import { earnedBack, leftWithTaxOf, taxCredited, type LineCredit } from '../../src/domain/creditNote.ts';
import {
  decideCreditNote,
  type CreditNoteRequest,
  type InvoiceLineToCredit,
  type InvoiceToCredit,
} from '../../src/domain/creditNoteRequest.ts';
import type { PaidByGrant } from '../../src/domain/creditNoteSettlement.ts';
import { BillingError } from '../../src/domain/errors.ts';
import type { CreditGrantId, InvoiceLineId, PaymentId, TaxRateId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import {
  creditNoteIssued,
  invoiceFinalized,
  invoiceUncollectible,
  invoiceVoided,
  paymentSucceeded,
  refundFailed,
  refundSucceeded,
  revenueRecognized,
  uncollectibleRecovered,
  type Account,
  type AppliedCredit,
  type Earning,
  type Posting,
} from '../../src/domain/ledger.ts';
import type { Amount } from '../../src/domain/money.ts';
import { revenueBack, type DeferredRevenue } from '../../src/domain/revenueBack.ts';

const money = (value: bigint | number) => BigInt(value) as Amount;
const nothingApplied = { balance: money(0), prepaid: money(0), promotional: money(0) };

class Books {
  readonly balances = new Map<Account, bigint>();
  post(postings: readonly Posting[]): void {
    for (const { debit, credit, amount } of postings) {
      expect(amount).toBeGreaterThan(0n);
      this.balances.set(debit, (this.balances.get(debit) ?? 0n) + amount);
      this.balances.set(credit, (this.balances.get(credit) ?? 0n) - amount);
    }
  }
  left(): Record<string, bigint> {
    return Object.fromEntries([...this.balances].filter(([, amount]) => amount !== 0n));
  }
}

/** Of each line: net, the tax added and contained (in percent of it), how it is earned, and how much of that is by now. */
const aLine = fc.record({
  net: fc.integer({ min: -400, max: 3000 }),
  added: fc.integer({ min: 0, max: 30 }),
  contained: fc.integer({ min: 0, max: 30 }),
  earning: fc.constantFrom<Earning>('revenue', 'deferred_revenue'),
  earned: fc.integer({ min: 0, max: 100 }),
  unposted: fc.integer({ min: 0, max: 100 }),
});
function deferredOf(amount: Amount, earned: number, unposted: number): DeferredRevenue {
  const byNow = money((amount * BigInt(earned)) / 100n);
  const recognized = money((byNow * BigInt(100 - unposted)) / 100n);
  return { amount, earned: byNow, recognized, givenBack: money(0) };
}
const anInvoice = fc
  .record({
    lines: fc.array(aLine, { minLength: 1, maxLength: 5 }),
    paid: fc.integer({ min: 0, max: 100 }),
    balance: fc.constantFrom(0, 0, 20),
    grants: fc.array(
      fc.record({
        amount: fc.integer({ min: 1, max: 1500 }),
        paid: fc.boolean(),
        of: fc.option(fc.nat(4), { nil: null }),
      }),
      { maxLength: 3 },
    ),
  })
  .map(({ lines: given, paid, balance, grants }) => {
    const lines = given.map(
      ({ net, added, contained, earning, earned, unposted }, index): InvoiceLineToCredit => {
        const part = (percent: number) => money(Math.trunc((net * percent) / 100));
        const tax = (rate: string, inclusive: boolean, amount: Amount) => ({
          ...{ rate: rate as TaxRateId, code: rate, name: null, percentage: '1', inclusive },
          ...{ taxable: money(net), amount },
        });
        const amount = money(BigInt(net) - part(contained));
        return {
          id: `il_${String(index)}` as InvoiceLineId,
          priceCode: String(index),
          planId: null,
          isEarly: false,
          earning,
          net: money(net),
          taxes: [tax('added', false, part(added)), tax('contained', true, part(contained))],
          credited: { amount: money(0), taxes: [] },
          deferred: earning === 'deferred_revenue' ? deferredOf(amount, earned, unposted) : null,
        };
      },
    );
    const total = lines.reduce(
      (sum, line) => sum + line.net + (line.taxes.find(({ inclusive }) => !inclusive)?.amount ?? 0n),
      0n,
    );
    const used = spendGrants(
      lines.map((line) => ({
        ...{ priceCode: line.priceCode, planId: null, isCreditPurchase: false },
        payable: money(line.net + (line.taxes.find(({ inclusive }) => !inclusive)?.amount ?? 0n)),
      })),
      grants.map(({ amount, paid: bought, of }, index): PaidByGrant => ({
        ...{ id: `cg_${String(index)}` as CreditGrantId, name: null, status: 'granted', paid: bought },
        ...{ remaining: money(amount), priority: 50, expiresAt: null, createdAt: index as Instant },
        appliesTo: of === null ? {} : { prices: [String(of)] },
      })),
    );
    const paidBy = used.map(({ grant, amount }): PaidByGrant => ({
      ...grant,
      status: 'granted',
      remaining: amount,
    }));
    const byGrants = paidBy.reduce((sum, { remaining }) => sum + remaining, 0n);
    const byBalance = money(((total - byGrants) * BigInt(balance)) / 100n);
    const due = total - byGrants - byBalance;
    return { lines, total, paidBy, byBalance, due: money(due), paid: money((due * BigInt(paid)) / 100n) };
  })
  .filter(({ total }) => total > 0n);

const usedOf = (grants: readonly PaidByGrant[], bought: boolean) =>
  money(grants.reduce((sum, { paid, remaining }) => sum + (paid === bought ? remaining : 0n), 0n));

const finalized = (lines: readonly InvoiceLineToCredit[], applied: AppliedCredit = nothingApplied) =>
  invoiceFinalized(
    lines.map((line) => ({
      earning: line.earning,
      earned: money(line.net - (line.taxes.find(({ inclusive }) => inclusive)?.amount ?? 0n)),
    })),
    money(lines.reduce((sum, { taxes }) => sum + taxes.reduce((all, { amount }) => all + amount, 0n), 0n)),
    applied,
  );
const recognizedOf = (lines: readonly InvoiceLineToCredit[]) =>
  money(lines.reduce((sum, { deferred }) => sum + (deferred?.recognized ?? 0n), 0n));

type AnInvoice = typeof anInvoice extends fc.Arbitrary<infer Value> ? Value : never;

function invoiceOf({ lines, due, paid, paidBy, byBalance }: AnInvoice): InvoiceToCredit {
  return {
    ...{ status: paid === due ? 'paid' : 'open', currency: 'USD', lines, paymentInFlight: false, grants: [] },
    ...{ amountDue: due, amountPaid: paid, amountCredited: money(0) },
    ...{ paidBy, balanceUsed: byBalance, moneyGivenBack: money(0) },
    payments: paid > 0n ? [{ id: 'pay_1' as PaymentId, left: paid, disputed: money(0) }] : [],
  };
}

/** Of a line, what is left of its revenue: as much is posted as is earned, and that is never of the other sign. */
function afterNote(before: DeferredRevenue, credit: LineCredit<InvoiceLineToCredit>): DeferredRevenue {
  const { deferred, atOnce, recognized } = revenueBack(credit);
  expect(deferred + atOnce).toBe(earnedBack(credit));
  const amount = money(before.amount - deferred - atOnce);
  const posted = money(before.recognized - recognized);
  const sign = before.amount < 0n ? -1n : 1n;
  expect(posted * sign).toBeGreaterThanOrEqual(0n);
  expect((amount - posted) * sign).toBeGreaterThanOrEqual(0n);
  return { ...before, amount, recognized: posted, earned: posted };
}

const everything: CreditNoteRequest = { kind: 'lines', lines: null, refund: money(0), credit: null };

describe('lesson 15: notes of any parts of any invoice', () => {
  test('keep what is receivable equal to what is open, and leave nothing on any account at the end', () => {
    fc.assert(
      fc.property(
        anInvoice,
        fc.array(
          fc.record({ line: fc.nat(4), share: fc.integer({ min: 1, max: 100 }), refunds: fc.boolean() }),
          {
            maxLength: 6,
          },
        ),
        (given, steps) => {
          const books = new Books();
          books.post(
            finalized(given.lines, {
              balance: given.byBalance,
              prepaid: usedOf(given.paidBy, true),
              promotional: usedOf(given.paidBy, false),
            }),
          );
          books.post(revenueRecognized(recognizedOf(given.lines)));
          books.post(paymentSucceeded('cash', given.paid, money(0n)));
          let invoice = invoiceOf(given);
          let [toBalance, refunded] = [0n, 0n];

          const issue = (request: CreditNoteRequest) => {
            const decided = decideCreditNote(invoice, request);
            const returned = decided.returned.reduce((sum, { amount }) => sum + amount, 0n);
            expect(decided.total).toBe(decided.receivable + decided.credit + decided.refund + returned);
            const returnedTo = (isBought: boolean) =>
              money(
                decided.returned.reduce(
                  (sum, { paid, amount }) => sum + (paid === isBought ? amount : 0n),
                  0n,
                ),
              );
            books.post(
              creditNoteIssued(
                decided.lines.map((credit) => ({
                  earning: credit.line.earning,
                  earned: earnedBack(credit),
                  recognized: revenueBack(credit).recognized,
                })),
                money(decided.tax + decided.taxIncluded),
                {
                  ...{ balance: decided.credit, refund: decided.refund },
                  ...{ prepaid: returnedTo(true), promotional: returnedTo(false) },
                },
              ),
            );
            books.post(refundSucceeded('cash', decided.refund));
            toBalance += decided.credit;
            refunded += decided.refund;
            const byLine = new Map(decided.lines.map((credit) => [credit.line.id, credit]));
            invoice = {
              ...invoice,
              status: decided.settles ? 'paid' : invoice.status,
              amountCredited: money(invoice.amountCredited + decided.receivable),
              moneyGivenBack: money(invoice.moneyGivenBack + decided.credit + decided.refund),
              paidBy: invoice.paidBy.map((grant) => {
                const back = decided.returned.find(({ id }) => id === grant.id)?.amount ?? 0n;
                expect(back).toBeLessThanOrEqual(grant.remaining);
                return { ...grant, remaining: money(grant.remaining - back) };
              }),
              payments: invoice.payments.map(({ left, ...payment }) => ({
                ...payment,
                left: money(left - decided.refund),
              })),
              lines: invoice.lines.map((line) => {
                const credit = byLine.get(line.id);
                if (!credit) return line;
                const { amount, taxes } = line.credited;
                return {
                  ...line,
                  deferred: line.deferred && afterNote(line.deferred, credit),
                  credited: { amount: money(amount + credit.amount), taxes: [...taxes, ...credit.taxes] },
                };
              }),
            };
            const open = invoice.amountDue - invoice.amountPaid - invoice.amountCredited;
            expect(books.balances.get('accounts_receivable') ?? 0n).toBe(open);
            expect(taxCredited({ taxes: decided.taxes }).added).toBe(decided.tax);
            // Credit never comes out as money.
            expect(toBalance + refunded).toBeLessThanOrEqual(given.paid + given.byBalance);
            // Nor does what paid some lines alone go on to pay others.
            for (const { remaining, appliesTo } of invoice.paidBy) {
              const own = invoice.lines.filter((line) => appliesTo.prices?.includes(line.priceCode));
              if (own.length === 0) continue;
              expect(remaining).toBeLessThanOrEqual(own.reduce((sum, line) => sum + leftWithTaxOf(line), 0n));
            }
          };

          for (const { line: nth, share, refunds } of steps) {
            const line = invoice.lines[nth % invoice.lines.length];
            const left = line ? line.net - line.credited.amount : 0n;
            const amount = money((left * BigInt(share)) / 100n);
            if (!line || amount === 0n) continue;
            const lines = [{ invoiceLine: line.id, amount }];
            try {
              const plain = decideCreditNote(invoice, { ...everything, lines });
              issue({ kind: 'lines', lines, refund: refunds ? plain.credit : money(0), credit: null });
            } catch (error) {
              // One side of an invoice alone may come to more than the whole, or to less than nothing; a refund to more
              // than was paid.
              if (!(error instanceof BillingError) || error.status !== 422) throw error;
            }
          }
          try {
            issue(everything);
          } catch (error) {
            if (!(error instanceof BillingError) || error.code !== 'nothing_left') throw error;
          }

          for (const { deferred } of invoice.lines) {
            if (deferred) expect([deferred.amount, deferred.recognized]).toEqual([0n, 0n]);
          }
          expect(toBalance + refunded).toBe(given.paid + given.byBalance);
          expect(invoice.paidBy.filter(({ remaining }) => remaining !== 0n)).toEqual([]);
          expect(books.left()).toEqual(
            Object.fromEntries(
              [
                ['cash', given.paid - refunded],
                ['customer_credit', given.byBalance - toBalance],
              ].filter(([, amount]) => amount !== 0n),
            ),
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});

test('a void leaves nothing on any account, before and after days of recognition, written off or not', () => {
  fc.assert(
    fc.property(anInvoice, fc.boolean(), ({ lines, total }, writtenOff) => {
      const books = new Books();
      const posted = finalized(lines);
      books.post(posted);
      books.post(revenueRecognized(recognizedOf(lines)));
      if (writtenOff) {
        books.post(invoiceUncollectible(money(total)));
        books.post(uncollectibleRecovered(money(total)));
      }
      books.post(invoiceVoided(posted, recognizedOf(lines)));
      expect(books.left()).toEqual({});
    }),
  );
});

test('a refund that fails becomes balance', () => {
  const books = new Books();
  books.post(creditNoteIssued([], money(0), { ...nothingApplied, refund: money(5) }));
  books.post(refundFailed(money(5)));
  expect(books.left()).toEqual({ accounts_receivable: 5n, customer_credit: -5n });
});

describe('a credit note is refused', () => {
  const line: InvoiceLineToCredit = {
    ...{
      id: 'il_1' as InvoiceLineId,
      priceCode: 'fee',
      planId: null,
      isEarly: false,
      earning: 'revenue',
      net: money(100),
      taxes: [],
      deferred: null,
    },
    credited: { amount: money(0), taxes: [] },
  };
  const invoice: InvoiceToCredit = {
    ...{ status: 'paid', currency: 'USD', lines: [line], paymentInFlight: false, grants: [] },
    ...{ amountDue: money(100), amountPaid: money(100), amountCredited: money(0) },
    ...{ balanceUsed: money(0), moneyGivenBack: money(0), paidBy: [] },
    payments: [{ id: 'pay_1' as PaymentId, left: money(60), disputed: money(0) }],
  };
  const purchase = { ...line, earning: 'prepaid_credit' as const };

  test.each<[string, Partial<InvoiceToCredit>, CreditNoteRequest, string, string | undefined]>([
    ['of a draft', { status: 'draft' }, everything, 'invoice_draft', undefined],
    [
      'of what was early and is given back with its period',
      { lines: [{ ...line, isEarly: true }] },
      everything,
      'invoice_early',
      undefined,
    ],
    ['of a void invoice', { status: 'void' }, everything, 'invoice_void', undefined],
    ['while a payment is under way', { paymentInFlight: true }, everything, 'payment_in_flight', undefined],
    [
      'where more is refunded than is left of the payments',
      {},
      { ...everything, refund: money(61) },
      'refund_too_large',
      'refund_amount',
    ],
    [
      'where a line is named twice',
      {},
      {
        ...everything,
        lines: [1n, 2n].map((amount) => ({ invoiceLine: line.id, amount: money(amount) })),
      },
      'line_twice',
      'lines[1].invoice_line',
    ],
    [
      'where the credit that was bought is spent',
      { lines: [purchase], grants: [{ id: 'cg_1' as CreditGrantId, left: money(99) }] },
      everything,
      'credit_is_spent',
      'lines',
    ],
    [
      'of one side of an invoice that comes to more than the whole',
      {
        lines: [line, { ...line, id: 'il_2' as InvoiceLineId, net: money(-40) }],
        amountDue: money(60),
        amountPaid: money(60),
      },
      { ...everything, lines: [{ invoiceLine: line.id, amount: money(61) }] },
      'credit_note_total_invalid',
      'lines',
    ],
    [
      'for the refund of a payment of an invoice that is not paid in full',
      { status: 'open', amountPaid: money(60) },
      { kind: 'payment', payment: 'pay_1' as PaymentId, amount: null },
      'invoice_not_paid',
      undefined,
    ],
  ])('%s', (_when, fields, request, code, param) => {
    const expected = param === undefined ? { code } : { code, param };
    expect(() => decideCreditNote({ ...invoice, ...fields }, request)).toThrow(
      expect.objectContaining(expected),
    );
  });
});
