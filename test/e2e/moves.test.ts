/** What a move to another version must not lose: late usage, commitments, negotiated prices. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import { advanceTo } from '../../src/stack/demo/scenario.ts';
import {
  aCustomer,
  aMeter,
  aPlan,
  aSubscription,
  aTestClock,
  linesOf,
  sendEvents,
  unique,
} from '../stack/builders.ts';
import { startDunlin, type Dunlin } from '../stack/dunlin.ts';

let dunlin: Dunlin;
beforeAll(async () => {
  dunlin = await startDunlin();
}, 60_000);
afterAll(async () => {
  expect(await audit(dunlin.pool)).toEqual([]);
  await dunlin.stop();
});

const fee = { code: 'fee', type: 'fixed', model: 'flat', amount: '100' };

async function aMove(
  start: string,
  first: { grace: number; fields?: Record<string, unknown> },
  next: (calls: (amount: string) => object) => { grace: number; prices: object[] },
) {
  const clock = await aTestClock(dunlin, start);
  const customer = await aCustomer(dunlin, { test_clock: clock });
  const type = unique('call');
  const meter = await aMeter(dunlin, { event_type: type });
  const calls = (amount: string) => ({
    code: 'calls',
    type: 'usage',
    meter,
    model: 'per_unit',
    unit_amount: amount,
  });
  const plan = await aPlan(dunlin, { grace_period: first.grace, prices: [fee, calls('10')] });
  const { id } = await aSubscription(dunlin, { customer, plan, ...first.fields });
  const { grace, prices } = next(calls);
  await dunlin.client.post(`/v1/plans/${plan}/versions`, { interval: 'month', grace_period: grace, prices });
  return {
    to: (time: string) => advanceTo(dunlin.client, clock, time),
    use: (time: string, count: number) =>
      sendEvents(
        dunlin,
        Array.from({ length: count }, () => ({ type, subject: customer, time })),
      ),
    move: () => dunlin.client.post(`/v1/subscriptions/${id}/migrate`, {}),
    lines: () => linesOf(dunlin, id),
  };
}

test('what comes late for a metered period is billed also after one that meters nothing', async () => {
  const life = await aMove('2026-01-01T00:00:00Z', { grace: 0 }, () => ({ grace: 0, prices: [fee] }));
  await life.move();
  await life.to('2026-02-10T00:00:00Z');
  await life.use('2026-01-31T00:00:00Z', 3);
  await life.to('2026-03-02T00:00:00Z');
  expect((await life.lines()).at(-1)).toEqual([
    ['fixed', 'fee', 100, '2026-03-01', '2026-04-01'],
    ['late_usage', 'calls', 30, '2026-01-01', '2026-02-01'],
  ]);
});

test('a commitment is trued up once, also where its invoices become final out of order', async () => {
  const life = await aMove(
    '2025-12-01T00:00:00Z',
    { grace: 2_592_000, fields: { commitment: { amount: '30000', interval: 'quarter' } } },
    (calls) => ({ grace: 0, prices: [fee, calls('10')] }),
  );
  await life.to('2026-01-15T00:00:00Z');
  await life.move();
  // January is final on 3 March, thirty days after its end; February, by the new version, on 1 March.
  await life.to('2026-03-10T00:00:00Z');
  const trueUps = (await life.lines()).flat().filter(([type]) => type === 'commitment');
  expect(trueUps.map(([, , amount]) => amount)).toEqual([29_700]);
});

test('a negotiated price keeps what was negotiated, and takes the rest from the version', async () => {
  const life = await aMove(
    '2026-01-01T00:00:00Z',
    { grace: 0, fields: { price_overrides: [{ price: 'calls', minimum_amount: '500' }] } },
    (calls) => ({ grace: 0, prices: [fee, calls('20')] }),
  );
  await life.move();
  await life.to('2026-02-27T00:00:00Z');
  await life.use('2026-02-10T00:00:00Z', 30);
  await life.to('2026-03-02T00:00:00Z');
  const usage = (await life.lines()).map((lines) =>
    lines.filter(([, code]) => code === 'calls').map(([, , amount]) => amount),
  );
  expect(usage).toEqual([[], [0, 500], [600]]);
});
