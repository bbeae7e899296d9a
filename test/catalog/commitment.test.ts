/** Commitments as they are written: what is within bounds, and what is refused by name. */
import { expect, test } from '@jest/globals';
import { defineCommitment } from '../../src/catalog/commitment.ts';
import type { PlanVersion } from '../../src/domain/plan.ts';
import { refusal } from '../domain/pricing/builders.ts';

const monthly = { interval: 'month', intervalCount: 1 } as PlanVersion;
const aCommitment = { amount: '1000', interval: 'year' } as const;

test.each<[string, object, string, string]>([
  ['above 10^15 minor units', { amount: '1000000000000000.1' }, 'amount_out_of_range', 'commitment.amount'],
  ['of 24 nines', { amount: '9'.repeat(24) }, 'amount_out_of_range', 'commitment.amount'],
  ['below 0', { amount: '-1' }, 'amount_negative', 'commitment.amount'],
  [
    'that charges what is beyond it more than 100 times',
    { overage_rate: '100.01' },
    'overage_rate_out_of_range',
    'commitment.overage_rate',
  ],
  [
    'that charges what is beyond it less than nothing',
    { overage_rate: '-0.1' },
    'amount_negative',
    'commitment.overage_rate',
  ],
])('a commitment %s is refused by name', (_what, fields, code, param) => {
  expect(refusal(() => defineCommitment({ ...aCommitment, ...fields }, monthly))).toMatchObject({
    status: 400,
    code,
    param,
  });
});

test('a commitment at its limits is accepted', () => {
  const written = { ...aCommitment, amount: '1000000000000000', overage_rate: '100' };
  expect(defineCommitment(written, monthly)).toEqual({ ...written, periods: 12 });
});
