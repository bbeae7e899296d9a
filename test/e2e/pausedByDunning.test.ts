/** A subscription that dunning has paused goes on when nothing of it is left unpaid; a pause that somebody else made stays. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { aClockedLife } from '../stack/clockedLife.ts';
import { invoicesOf, unique } from '../stack/builders.ts';
import { startDunlin, type Dunlin } from '../stack/dunlin.ts';
import { quietTemporal } from '../stack/quietTemporal.ts';

quietTemporal();

let dunlin: Dunlin;
beforeAll(async () => {
  dunlin = await startDunlin();
});
afterAll(() => dunlin.stop());

/** A subscription whose invoices are not paid, since 1 January, each with a pause as its final action. */
async function aFailingLife(finalAfterDays: number) {
  const { code } = await dunlin.client.post<{ code: string }>('/v1/dunning_campaigns', {
    code: unique('campaign'),
    name: 'Test',
    retry: { days: [] },
    steps: [],
    final_action: 'pause',
    final_after_days: finalAfterDays,
  });
  const life = await aClockedLife(dunlin, {
    customer: { token: 'pm_card_chargeCustomerFail', dunning: { campaign: code } },
  });
  return {
    ...life,
    /** Money comes by itself for the open invoice that is the oldest. */
    async payOldest() {
      const open = (await invoicesOf(dunlin, life.id)).filter(({ status }) => status === 'open');
      const [oldest] = open.toSorted((one, other) => one.id.localeCompare(other.id));
      await dunlin.client.post('/v1/payments', { invoice: oldest?.id, amount: 1000, reference: 'Transfer' });
    },
    ask: (what: 'pause' | 'resume', body: object) =>
      dunlin.client.post(`/v1/subscriptions/${life.id}/${what}`, body),
  };
}

test('a subscription of which two invoices are unpaid goes on when the second is paid, not before', async () => {
  const life = await aFailingLife(35);
  await life.to('2026-02-07T00:00:00Z');
  expect(await life.read()).toMatchObject({ status: 'paused' });
  await life.to('2026-03-10T00:00:00Z'); // the second one's final action finds it paused
  await life.payOldest();
  await life.to('2026-03-11T00:00:00Z');
  expect(await life.read()).toMatchObject({ status: 'paused' });
  await life.payOldest();
  await life.to('2026-03-12T00:00:00Z');
  // It goes on: what it is billed then is not paid either.
  expect(await life.read()).toMatchObject({ status: 'past_due' });
});

test.each<[string, (id: string) => readonly [string, object]]>([
  ['void', (id) => [`/v1/invoices/${id}/void`, {}]],
  ['credited in full', (id) => ['/v1/credit_notes', { invoice: id, reason: 'other' }]],
  ['written off', (id) => [`/v1/invoices/${id}/mark_uncollectible`, {}]],
])(
  'a subscription that dunning has paused goes on when the last of its unpaid invoices is %s',
  async (_how, ask) => {
    const life = await aFailingLife(5);
    await life.to('2026-01-07T00:00:00Z');
    expect(await life.read()).toMatchObject({ status: 'paused' });
    const [invoice] = await invoicesOf(dunlin, life.id);
    const [path, body] = ask(invoice?.id ?? '');
    await dunlin.client.post(path, body);
    await life.to('2026-01-08T00:00:00Z');
    // It goes on: what it is billed then is not paid either.
    expect(await life.read()).toMatchObject({ status: 'past_due' });
  },
);

test('a pause to come that the customer asked for, after dunning’s was ended by hand, outlives the payment', async () => {
  const life = await aFailingLife(5);
  await life.to('2026-01-07T00:00:00Z');
  await life.ask('resume', { at: 'now' });
  await life.to('2026-01-08T00:00:00Z');
  const pauseAt = '2026-01-20T00:00:00Z';
  await life.ask('pause', { at: pauseAt });
  await life.payOldest();
  expect(await life.read()).toMatchObject({ pause_at: pauseAt });
  await life.to('2026-01-21T00:00:00Z');
  expect(await life.read()).toMatchObject({ status: 'paused' });
});

test('a pause in force that the customer asked for, after dunning’s was ended by hand, outlives the payment', async () => {
  const life = await aFailingLife(5);
  await life.to('2026-01-07T00:00:00Z');
  await life.ask('resume', { at: 'now' });
  await life.to('2026-01-08T00:00:00Z');
  await life.ask('pause', { at: 'now' });
  await life.to('2026-01-09T00:00:00Z');
  await life.payOldest();
  await life.to('2026-01-10T00:00:00Z');
  expect(await life.read()).toMatchObject({ status: 'paused' });
});
