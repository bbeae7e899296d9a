/** Our minor units and Stripe's: converted exactly, or refused. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { amount, type Amount } from '../../../../src/domain/money.ts';
import { ProviderRefusal } from '../../../../src/ports/payment/providerErrors.ts';
import { fromStripe, toStripe } from '../../../../src/ports/payment/stripe/amounts.ts';

test.each([
  ['USD', 1999n, 1999],
  ['JPY', 500n, 500],
  ['KRW', 500n, 500],
  ['ISK', 5n, 500], // whole krónur, with two digits at Stripe
  ['UGX', 5n, 500],
  ['MGA', 12_300n, 123], // hundredths for us, whole ariary at Stripe
  ['HUF', 1045n, 1045], // whole in payouts only
  ['TWD', 80_045n, 80_045],
  ['KWD', 5120n, 5120], // thousandths, of which the last is 0
  ['BHD', 10n, 10],
  ['USD', 99_999_999n, 99_999_999],
  ['INR', 999_999_999n, 999_999_999],
])('%s %s is %s at Stripe', (currency, ours, theirs) => {
  expect(toStripe(ours as Amount, currency)).toEqual({ amount: theirs, currency: currency.toLowerCase() });
  expect(fromStripe(theirs, currency.toLowerCase())).toBe(ours);
});

test.each([
  ['KWD', 5124n, 'amount_not_chargeable'],
  ['TND', 1n, 'amount_not_chargeable'],
  ['MGA', 12_345n, 'amount_not_chargeable'],
  ['USD', 100_000_000n, 'amount_not_chargeable'],
  ['ISK', 1_000_000n, 'amount_not_chargeable'],
  ['USD', 0n, 'amount_not_chargeable'],
  ['USD', -1n, 'amount_not_chargeable'],
  ['USD', 2n ** 60n, 'amount_not_chargeable'],
  ['IQD', 1000n, 'currency_not_supported'],
  ['CLF', 10_000n, 'currency_not_supported'],
  ['ABC', 100n, 'currency_not_supported'],
])('%s %s cannot be charged by Stripe', (currency, ours, code) => {
  let thrown: unknown;
  try {
    toStripe(ours as Amount, currency);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(ProviderRefusal);
  expect(thrown).toMatchObject({ code });
});

test.each([
  [550, 'isk'], // half a króna
  [100, 'usdc'],
  [1.5, 'usd'],
])('%s %s of Stripe is no amount of ours', (theirs, currency) => {
  expect(fromStripe(theirs, currency)).toBeNull();
});

test('what Stripe takes comes back as it was, in every currency', () => {
  const currencies =
    'USD EUR GBP JPY KRW CLP ISK UGX MGA HUF TWD IDR INR LBP COP KWD BHD JOD OMR TND XPF VND'.split(' ');
  fc.assert(
    fc.property(fc.constantFrom(...currencies), fc.bigInt(1n, 10n ** 14n), (currency, value) => {
      let asked: { amount: number };
      try {
        asked = toStripe(amount(value), currency);
      } catch (error) {
        return error instanceof ProviderRefusal;
      }
      return Number.isSafeInteger(asked.amount) && fromStripe(asked.amount, currency.toLowerCase()) === value;
    }),
    { numRuns: 1000 },
  );
});
