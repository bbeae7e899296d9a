/** What becomes of a charge and a refund, by the test method that pays. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ChargeRequest } from '../../src/ports/payment/provider.ts';
import { newId } from '../../src/store/newId.ts';
import { aListeningSandbox, nameOf, type ListeningSandbox } from './aSandbox.ts';

let sandbox: ListeningSandbox;
beforeAll(async () => {
  sandbox = await aListeningSandbox();
});
afterAll(() => sandbox.stop());

async function charged(request: ChargeRequest) {
  const [outcome] = await sandbox.provider.charge([request]);
  if (outcome === undefined || outcome.status === 'unknown') throw new Error(JSON.stringify(outcome));
  return outcome;
}
const chargeTo = async (token: string) => charged(await sandbox.aCharge(token));

async function refunded(chargeReference: string, request: ChargeRequest, minor = request.amount) {
  const refundId = newId('refund');
  const { currency } = request;
  const [outcome] = await sandbox.provider.refund([{ refundId, chargeReference, amount: minor, currency }]);
  return outcome;
}

test.each([
  ['pm_card_visa', { status: 'succeeded' }],
  ['pm_card_chargeDeclinedExpiredCard', { status: 'failed', code: 'expired_card', advice: null }],
  ['pm_sandbox_declined:do_not_honor', { status: 'failed', code: 'do_not_honor', advice: null }],
  [
    'pm_sandbox_declined:do_not_honor:do_not_try_again',
    { status: 'failed', code: 'do_not_honor', advice: 'do_not_try_again' },
  ],
  ['pm_card_authenticationRequired', { status: 'requires_action' }],
  ['pm_usBankAccount_success', { status: 'processing' }],
])('a charge to %s is %j', async (token, wanted) => {
  expect(await chargeTo(token)).toMatchObject(wanted);
});

test('a card tells when it expires, and a bank account has none', async () => {
  const attach = async (token: string) => {
    const customerId = newId('customer');
    const customerReference = await sandbox.provider.createCustomer({ customerId, name: 'A', email: null });
    const paymentMethodId = newId('payment_method');
    return sandbox.provider.attach({ paymentMethodId, customerId, customerReference, token });
  };
  expect(await attach('pm_sandbox_expires:2026-03')).toMatchObject({
    type: 'card',
    card: { exp_year: 2026, exp_month: 3 },
  });
  expect(await attach('pm_usBankAccount_success')).toMatchObject({ type: 'us_bank_account', card: null });
  await expect(attach('pm_card_cvcCheckFail')).rejects.toMatchObject({ status: 422, code: 'incorrect_cvc' });
  const [one, other] = [await attach('pm_card_visa'), await attach('pm_card_visa')];
  expect(one.reference).not.toBe(other.reference);
  expect(one.card?.fingerprint).toBe(other.card?.fingerprint);
});

describe('a bank debit', () => {
  test.each([
    ['pm_usBankAccount_success', { status: 'succeeded' }],
    ['pm_usBankAccount_accountClosed', { status: 'failed', code: 'account_closed' }],
    ['pm_usBankAccount_insufficientFunds', { status: 'failed', code: 'insufficient_funds' }],
  ])('to %s ends later', async (token, wanted) => {
    const request = await sandbox.aCharge(token);
    expect(await charged(request)).toMatchObject({ status: 'processing' });
    expect(await sandbox.provider.cancel([nameOf(request)])).toMatchObject([{ status: 'processing' }]);
    await sandbox.post('/control/settle', {});
    expect(await sandbox.provider.lookUp([nameOf(request)])).toMatchObject([wanted]);
    expect(await charged(request)).toMatchObject(wanted);
  });
});

describe('a refund', () => {
  test('of a card that takes its time is told later', async () => {
    const request = await sandbox.aCharge('pm_card_pendingRefund');
    const { reference } = await charged(request);
    const outcome = await refunded(reference ?? '', request);
    expect(outcome).toMatchObject({ status: 'processing' });
    expect(await refunded(reference ?? '', request)).toMatchObject({ code: 'charge_already_refunded' });
    await sandbox.post('/control/settle', {});
    const name = outcome?.status === 'processing' ? outcome.reference : '';
    expect(await sandbox.provider.findRefund(name)).toMatchObject({ outcome: { status: 'succeeded' } });
  });

  test('to a card that cannot take it fails, also after the card was detached', async () => {
    const request = await sandbox.aCharge('pm_card_refundFail');
    const { reference } = await charged(request);
    await sandbox.provider.detach(request.methodReference);
    expect(await refunded(reference ?? '', request)).toMatchObject({ code: 'expired_or_canceled_card' });
  });

  test('of a charge that failed, or of another currency, is none', async () => {
    const declined = await sandbox.aCharge('pm_card_chargeCustomerFail');
    const { reference } = await charged(declined);
    expect(await refunded(reference ?? '', declined)).toMatchObject({ code: 'charge_missing' });
    const paid = await sandbox.aCharge('pm_card_visa');
    const { reference: other } = await charged(paid);
    expect(await refunded(other ?? '', { ...paid, currency: 'EUR' })).toMatchObject({
      code: 'charge_missing',
    });
  });
});

describe('a dispute', () => {
  const disputes = async () =>
    (await sandbox.provider.listDisputes({ from: 0 as never, to: 4e12 as never, cursor: null })).rows;

  test('comes with a card that is made for it, and nothing is refunded until it is won', async () => {
    const request = await sandbox.aCharge('pm_card_createDispute');
    const { reference } = await charged(request);
    const dispute = (await disputes()).find(({ chargeReference }) => chargeReference === reference);
    expect(dispute).toMatchObject({ status: 'open', reason: 'fraudulent', amount: 1000n });
    expect(await refunded(reference ?? '', request)).toMatchObject({ code: 'charge_disputed' });
    await sandbox.post(`/control/disputes/${dispute?.reference ?? ''}/close`, { status: 'won' });
    await sandbox.post(`/control/disputes/${dispute?.reference ?? ''}/close`, { status: 'lost' });
    expect(await sandbox.provider.findDispute(dispute?.reference ?? '')).toMatchObject({ status: 'won' });
    expect(await refunded(reference ?? '', request)).toMatchObject({ status: 'succeeded' });
  });

  test('is of what was not refunded before', async () => {
    const request = await sandbox.aCharge('pm_card_visa');
    const { reference } = await charged(request);
    await refunded(reference ?? '', request, 400n as never);
    const path = `/control/charges/${reference ?? ''}/dispute`;
    expect(await sandbox.post(path, { reason: 'duplicate' })).toMatchObject({
      status: 200,
      body: { amount: 600, reason: 'duplicate' },
    });
    expect((await sandbox.post(path, {})).status).toBe(404);
  });
});

test('a key that was used for something else is answered neither paid nor failed', async () => {
  const request = await sandbox.aCharge('pm_card_visa');
  await charged(request);
  const [outcome] = await sandbox.provider.charge([{ ...request, amount: 999n as never }]);
  expect(outcome).toMatchObject({ status: 'unknown' });
});

test.each([
  ['DELETE FROM sandbox.charges', /charges .* is/],
  [`UPDATE sandbox.charges SET status = 'canceled' WHERE status = 'succeeded'`, /is succeeded/],
  [`UPDATE sandbox.refunds SET amount = 1`, /refunds .* is/],
])('no status goes back: %s', async (statement, error) => {
  const request = await sandbox.aCharge('pm_card_visa');
  const { reference } = await charged(request);
  await refunded(reference ?? '', request);
  await expect(sandbox.database.pool.query(statement)).rejects.toThrow(error);
});
