/** What a credit note decides, and its postings: balanced at every step, and all back at the end (semantics.md, 7 and 9). */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { earnedBack, taxCredited } from '../../src/domain/creditNote.ts';
import {
  decideCreditNote,
  recognizedBack,
  type CreditNoteRequest,
  type InvoiceLineToCredit,
  type InvoiceToCredit,
} from '../../src/domain/creditNoteRequest.ts';
import { BillingError } from '../../src/domain/errors.ts';
import type { CreditGrantId, InvoiceLineId, PaymentId, TaxRateId } from '../../src/domain/ids.ts';
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
  type Earning,
  type Posting,
} from '../../src/domain/ledger.ts';
import type { Amount } from '../../src/domain/money.ts';

const money = (value: bigint | number) => BigInt(value) as Amount;

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
});
const anInvoice = fc
  .record({ lines: fc.array(aLine, { minLength: 1, maxLength: 5 }), paid: fc.integer({ min: 0, max: 100 }) })
  .map(({ lines: given, paid }) => {
    const lines = given.map(({ net, added, contained, earning, earned }, index): InvoiceLineToCredit => {
      const part = (percent: number) => money(Math.trunc((net * percent) / 100));
      const tax = (rate: string, inclusive: boolean, amount: Amount) => ({
        ...{ rate: rate as TaxRateId, code: rate, name: null, percentage: '1', inclusive },
        ...{ taxable: money(net), amount },
      });
      const amount = money(BigInt(net) - part(contained));
      return {
        id: `il_${String(index)}` as InvoiceLineId,
        isEarly: false,
        earning,
        net: money(net),
        taxes: [tax('added', false, part(added)), tax('contained', true, part(contained))],
        credited: { amount: money(0), taxes: [] },
        deferred:
          earning === 'deferred_revenue'
            ? { amount, recognized: money((amount * BigInt(earned)) / 100n) }
            : null,
      };
    });
    const total = lines.reduce(
      (sum, line) => sum + line.net + (line.taxes.find(({ inclusive }) => !inclusive)?.amount ?? 0n),
      0n,
    );
    return { lines, total, paid: money((total * BigInt(paid)) / 100n) };
  })
  .filter(({ total }) => total > 0n);

const finalized = (lines: readonly InvoiceLineToCredit[]) =>
  invoiceFinalized(
    lines.map((line) => ({
      earning: line.earning,
      earned: money(line.net - (line.taxes.find(({ inclusive }) => inclusive)?.amount ?? 0n)),
    })),
    money(lines.reduce((sum, { taxes }) => sum + taxes.reduce((all, { amount }) => all + amount, 0n), 0n)),
    { balance: money(0), prepaid: money(0), promotional: money(0) },
  );
const recognizedOf = (lines: readonly InvoiceLineToCredit[]) =>
  money(lines.reduce((sum, { deferred }) => sum + (deferred?.recognized ?? 0n), 0n));

function invoiceOf({
  lines,
  total,
  paid,
}: {
  lines: InvoiceLineToCredit[];
  total: bigint;
  paid: Amount;
}): InvoiceToCredit {
  return {
    ...{
      status: paid === total ? 'paid' : 'open',
      currency: 'USD',
      lines,
      paymentInFlight: false,
      grants: [],
    },
    ...{ amountDue: money(total), amountPaid: paid, amountCredited: money(0) },
    payments: paid > 0n ? [{ id: 'pay_1' as PaymentId, left: paid }] : [],
  };
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
          books.post(finalized(given.lines));
          books.post(revenueRecognized(recognizedOf(given.lines)));
          books.post(paymentSucceeded('cash', given.paid, money(0n)));
          let invoice = invoiceOf(given);
          let reversedAmount = 0n;
          let reversedRecognized = 0n;
          let [toBalance, refunded] = [0n, 0n];

          const issue = (request: CreditNoteRequest) => {
            const decided = decideCreditNote(invoice, request);
            expect(decided.total).toBe(decided.receivable + decided.credit + decided.refund);
            books.post(
              creditNoteIssued(
                decided.lines.map((credit) => ({
                  earning: credit.line.earning,
                  earned: earnedBack(credit),
                  recognized: recognizedBack(credit),
                })),
                money(decided.tax + decided.taxIncluded),
                { balance: decided.credit, refund: decided.refund },
              ),
            );
            books.post(refundSucceeded('cash', decided.refund));
            for (const credit of decided.lines.filter(({ line }) => line.deferred)) {
              reversedAmount += earnedBack(credit);
              reversedRecognized += recognizedBack(credit);
            }
            toBalance += decided.credit;
            refunded += decided.refund;
            const byLine = new Map(decided.lines.map((credit) => [credit.line.id, credit]));
            invoice = {
              ...invoice,
              status: decided.settles ? 'paid' : invoice.status,
              amountCredited: money(invoice.amountCredited + decided.receivable),
              payments: invoice.payments.map(({ id, left }) => ({ id, left: money(left - decided.refund) })),
              lines: invoice.lines.map((line) => {
                const credit = byLine.get(line.id);
                if (!credit) return line;
                const { amount, taxes } = line.credited;
                return {
                  ...line,
                  credited: { amount: money(amount + credit.amount), taxes: [...taxes, ...credit.taxes] },
                };
              }),
            };
            const open = invoice.amountDue - invoice.amountPaid - invoice.amountCredited;
            expect(books.balances.get('accounts_receivable') ?? 0n).toBe(open);
            expect(taxCredited({ taxes: decided.taxes }).added).toBe(decided.tax);
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

          const deferred = given.lines.reduce((sum, line) => sum + (line.deferred?.amount ?? 0n), 0n);
          expect(reversedAmount).toBe(deferred);
          // What is still to be earned of the pairs of schedules, which are as long as each other.
          const unearned = recognizedOf(given.lines) - reversedRecognized;
          books.post(revenueRecognized(money(-unearned)));
          expect(toBalance + refunded).toBe(given.paid);
          expect(books.left()).toEqual(
            Object.fromEntries(
              [
                ['cash', given.paid - refunded],
                ['customer_credit', -toBalance],
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
  books.post(creditNoteIssued([], money(0), { balance: money(0), refund: money(5) }));
  books.post(refundFailed(money(5)));
  expect(books.left()).toEqual({ accounts_receivable: 5n, customer_credit: -5n });
});

describe('a credit note is refused', () => {
  const line: InvoiceLineToCredit = {
    ...{
      id: 'il_1' as InvoiceLineId,
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
    payments: [{ id: 'pay_1' as PaymentId, left: money(60) }],
  };
  const bought = { ...line, earning: 'prepaid_credit' as const };

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
      { lines: [bought], grants: [{ id: 'cg_1' as CreditGrantId, left: money(99) }] },
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
