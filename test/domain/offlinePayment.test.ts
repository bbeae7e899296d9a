/** What becomes of money that came by itself. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Amount } from '../../src/domain/money.ts';
import { applyOfflinePayment } from '../../src/domain/offlinePayment.ts';

const money = (amount: number) => BigInt(amount) as Amount;

test('it pays as much of the invoice as is left, and all beyond that is balance', () => {
  const amount = fc.integer({ min: 1, max: 5000 });
  fc.assert(
    fc.property(
      amount,
      amount,
      fc.constantFrom('open' as const, 'uncollectible' as const),
      (due, came, status) => {
        const invoice = { status, remaining: money(due), inFlight: money(0) };
        const { applied, unapplied } = applyOfflinePayment(invoice, money(came));
        expect(applied + unapplied).toBe(money(came));
        expect(applied).toBe(money(Math.min(due, came)));
      },
    ),
  );
});

test('it is refused while an attempt may take what it would pay, and recorded beside one that may not', () => {
  const invoice = { status: 'open', remaining: money(1000), inFlight: money(600) } as const;
  expect(applyOfflinePayment(invoice, money(400))).toEqual({ applied: money(400), unapplied: money(0) });
  expect(() => applyOfflinePayment(invoice, money(401))).toThrow('under way');
});

test.each(['draft', 'paid', 'void'] as const)(
  'it is refused for an invoice that is %s, with what to do',
  (status) => {
    const invoice = { status, remaining: money(0), inFlight: money(0) };
    expect(() => applyOfflinePayment(invoice, money(1))).toThrow(
      expect.objectContaining({ code: `invoice_${status}` }),
    );
  },
);
