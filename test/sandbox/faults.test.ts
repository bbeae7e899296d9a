/** What goes wrong on purpose: each fault, what it does to the provider's answers, and that it never charges twice. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { ChargeRequest } from '../../src/ports/payment/provider.ts';
import { sandboxProvider } from '../../src/ports/payment/sandbox/provider.ts';
import { httpTransport, noTransport } from '../../src/ports/payment/sandbox/transport.ts';
import { roll } from '../../src/sandbox/faults.ts';
import { newId } from '../../src/store/newId.ts';
import { aListeningSandbox, nameOf, type ListeningSandbox } from './aSandbox.ts';

let sandbox: ListeningSandbox;
beforeAll(async () => {
  sandbox = await aListeningSandbox();
});
afterEach(() => sandbox.running.faults.clear());
afterAll(() => sandbox.stop());

const charge = async (request: ChargeRequest) => (await sandbox.provider.charge([request]))[0];
const find = async (request: ChargeRequest) => (await sandbox.provider.lookUp([nameOf(request)]))[0];

test('the money is taken and the connection dropped: unknown, and asked again it is the same charge', async () => {
  const request = await sandbox.aCharge('pm_card_visa');
  await sandbox.running.faults.add({ kind: 'take_and_drop', match: '/charges/batch', times: 1 });
  expect(await charge(request)).toMatchObject({ status: 'unknown', retryAfterMs: null });
  expect(await find(request)).toMatchObject({ status: 'succeeded' });
  expect(await charge(request)).toEqual(await find(request));
});

test('the connection is dropped before: unknown, and nothing was made', async () => {
  const request = await sandbox.aCharge('pm_card_visa');
  await sandbox.running.faults.add({ kind: 'drop', match: '/charges/batch', times: 1 });
  expect(await charge(request)).toMatchObject({ status: 'unknown' });
  expect(await find(request)).toBeNull();
});

test.each([
  [{ kind: 'status', status: 500 } as const, null],
  [{ kind: 'status', status: 503, retry_after_seconds: 7 } as const, 7000],
  [{ kind: 'status', status: 429, retry_after_seconds: 120 } as const, 120_000],
])('%j: unknown, and when to come again', async (fault, retryAfterMs) => {
  const request = await sandbox.aCharge('pm_card_visa');
  await sandbox.running.faults.add({ ...fault, match: '/charges/batch', times: 1 });
  expect(await charge(request)).toMatchObject({ status: 'unknown', retryAfterMs });
  expect(await find(request)).toBeNull();
  expect(await charge(request)).toMatchObject({ status: 'succeeded' });
});

test('an answer that is slower than we wait: unknown, and taken all the same', async () => {
  const request = await sandbox.aCharge('pm_card_visa');
  await sandbox.running.faults.add({ kind: 'delay', delay_ms: 400, match: '/charges/batch', times: 1 });
  const impatient = sandboxProvider(httpTransport(sandbox.running.url, 100));
  const [outcome] = await impatient.charge([request]);
  expect(outcome).toMatchObject({ status: 'unknown' });
  // Asked while the first request is still on its way, and again after it: one charge.
  const outcomes = [await charge(request), await charge(request)];
  expect(outcomes).toMatchObject([{ status: 'succeeded' }, { status: 'succeeded' }]);
  expect(outcomes[0]).toEqual(outcomes[1]);
});

test('a refund whose answer was lost is unknown, and made once', async () => {
  const request = await sandbox.aCharge('pm_card_visa');
  const paid = await charge(request);
  const chargeReference = paid?.status === 'succeeded' ? paid.reference : '';
  const refund = { refundId: newId('refund'), chargeReference, amount: request.amount, currency: 'USD' };
  await sandbox.running.faults.add({ kind: 'take_and_drop', match: '/refunds', times: 1 });
  expect(await sandbox.provider.refund([refund])).toMatchObject([{ status: 'unknown' }]);
  expect(await sandbox.provider.refund([refund])).toMatchObject([{ status: 'succeeded' }]);
});

test('what moves no money throws where nothing is answered', async () => {
  const request = await sandbox.aCharge('pm_card_visa');
  await sandbox.running.faults.add({ kind: 'drop' });
  await expect(find(request)).rejects.toThrow('the sandbox does not answer');
  await expect(sandbox.provider.findCharge('x')).rejects.toThrow('the sandbox does not answer');
  await expect(sandbox.provider.detach(request.methodReference)).rejects.toThrow(
    'the sandbox does not answer',
  );
});

test('a sandbox that is away is unknown; one that is not configured says how to mend it', async () => {
  const request = await sandbox.aCharge('pm_card_visa');
  const away = sandboxProvider(httpTransport('http://127.0.0.1:1'));
  expect(await away.charge([request])).toMatchObject([{ status: 'unknown' }]);
  await expect(sandboxProvider(noTransport).charge([request])).rejects.toThrow(
    'The sandbox is not configured: set SANDBOX_URL to its address.',
  );
});

describe('faults by fraction', () => {
  test('are the same for the same seed, and go on after a restart', async () => {
    const request = await sandbox.aCharge('pm_card_visa');
    await charge(request);
    await sandbox.post('/control/faults', {
      kind: 'drop',
      match: '/charges/lookup',
      fraction: 0.3,
      seed: 'a',
    });
    const happened = async () =>
      find(request).then(
        () => false,
        () => true,
      );
    const seen: boolean[] = [];
    for (let nth = 0; nth < 20; nth += 1) {
      if (nth === 9) await sandbox.restart();
      seen.push(await happened());
    }
    expect(seen).toEqual(Array.from({ length: 20 }, (_value, nth) => roll('a', nth) < 0.3));
    expect(new Set(seen)).toEqual(new Set([true, false]));
  });

  test('are as many as the fraction says', () => {
    const rolls = Array.from({ length: 10_000 }, (_value, nth) => roll('seed', nth));
    expect(rolls.filter((value) => value < 0.3).length / 10_000).toBeCloseTo(0.3, 1);
  });
});

test('a fault that is none is refused by name, and removing them ends all', async () => {
  expect(await sandbox.post('/control/faults', { kind: 'explode' })).toMatchObject({ status: 400 });
  expect(await sandbox.post('/control/faults', { kind: 'status', status: 200 })).toMatchObject({
    status: 400,
  });
  await sandbox.post('/control/faults', { kind: 'drop' });
  const removed = await fetch(`${sandbox.running.url}/control/faults`, { method: 'DELETE' });
  expect(removed.status).toBe(200);
  expect(await sandbox.provider.findCharge('x')).toBeNull();
});
