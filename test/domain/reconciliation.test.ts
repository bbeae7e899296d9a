/** What is mended and what is told where a provider's record and ours differ. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Amount } from '../../src/domain/money.ts';
import {
  compareCharge,
  compareRefund,
  type Comparison,
  type OurPayment,
  type OurRefund,
  type TheirCharge,
  type TheirRefund,
} from '../../src/domain/reconciliation.ts';

const money = (amount: bigint) => ({ amount: amount as Amount, currency: 'USD' });
const theirs = (status: TheirCharge['status'], namesOurs = true): TheirCharge => ({
  status,
  namesOurs,
  ...money(status === 'succeeded' ? 100n : 0n),
});
const ours = (status: OurPayment['status']): OurPayment => ({ status, ...money(100n) });
const told = (comparison: Comparison) =>
  comparison.kind === 'finding' ? comparison.finding : comparison.kind;

describe('a charge', () => {
  const theirStatuses = ['processing', 'requires_action', 'failed', 'canceled', 'succeeded'] as const;
  test.each([
    ['pending', ['agrees', 'settle', 'settle', 'settle', 'settle']],
    ['requires_action', ['agrees', 'agrees', 'settle', 'settle', 'settle']],
    ['succeeded', ['not_captured', 'not_captured', 'not_captured', 'not_captured', 'agrees']],
    ['failed', ['agrees', 'agrees', 'agrees', 'agrees', 'captured_after_failure']],
    ['canceled', ['agrees', 'agrees', 'agrees', 'agrees', 'captured_after_failure']],
    [null, ['agrees', 'agrees', 'agrees', 'agrees', 'unknown_payment']],
  ] as const)(
    'that is %s here, and at the provider processing, requires action, failed, canceled, succeeded',
    (status, expected) => {
      expect(
        theirStatuses.map((their) => told(compareCharge(theirs(their), status && ours(status)))),
      ).toEqual(expected);
    },
  );

  test('that names none of ours is left alone', () => {
    for (const status of theirStatuses)
      expect(told(compareCharge(theirs(status, false), null))).toBe('foreign');
  });
});

describe('a refund', () => {
  test.each([
    ['pending', ['agrees', 'settle', 'settle']],
    ['succeeded', ['agrees', 'settle', 'agrees']],
    ['failed', ['agrees', 'agrees', 'refunded_after_failure']],
    [null, ['agrees', 'agrees', 'unknown_refund']],
  ] as const)('that is %s here, and at the provider processing, failed, succeeded', (status, expected) => {
    const each = (['processing', 'failed', 'succeeded'] as const).map((their) =>
      told(
        compareRefund(
          { status: their, isOfOurs: true, ...money(100n) },
          status && { status, ...money(100n) },
        ),
      ),
    );
    expect(each).toEqual(expected);
  });
});

test('money that is not the same is never mended, and what has its last outcome is never changed', () => {
  const amounts = fc.bigInt(1n, 3n).map((amount) => amount as Amount);
  const currencies = fc.constantFrom('USD', 'EUR');
  const charge: fc.Arbitrary<TheirCharge> = fc
    .record({
      status: fc.constantFrom('succeeded', 'failed', 'requires_action', 'processing', 'canceled'),
      captured: amounts,
      currency: currencies,
      namesOurs: fc.boolean(),
    })
    .map(({ status, captured, ...rest }) => ({
      ...rest,
      status,
      amount: (status === 'succeeded' ? captured : 0n) as Amount,
    }));
  const payment: fc.Arbitrary<OurPayment> = fc.record({
    status: fc.constantFrom('pending', 'requires_action', 'succeeded', 'failed', 'canceled'),
    amount: amounts,
    currency: currencies,
  });
  fc.assert(
    fc.property(charge, payment, (their, our) => {
      const { kind } = compareCharge(their, our);
      const inFlight = our.status === 'pending' || our.status === 'requires_action';
      if (kind === 'settle') expect(inFlight).toBe(true);
      if (their.status === 'succeeded' && (their.amount !== our.amount || their.currency !== our.currency))
        expect(kind).toBe('finding');
    }),
  );
  const refund: fc.Arbitrary<TheirRefund> = fc.record({
    status: fc.constantFrom('succeeded', 'failed', 'processing'),
    amount: amounts,
    currency: currencies,
    isOfOurs: fc.boolean(),
  });
  const ourRefund: fc.Arbitrary<OurRefund> = fc.record({
    status: fc.constantFrom('pending', 'succeeded', 'failed'),
    amount: amounts,
    currency: currencies,
  });
  fc.assert(
    fc.property(refund, ourRefund, (their, our) => {
      const { kind } = compareRefund(their, our);
      const isSame = their.amount === our.amount && their.currency === our.currency;
      const isSentBack = our.status === 'succeeded' && their.status === 'failed' && isSame;
      if (kind === 'settle') expect(our.status === 'pending' || isSentBack).toBe(true);
      if (their.status === 'succeeded' && !isSame) expect(kind).toBe('finding');
    }),
  );
});
