/** Webhooks out: signed, sent until they are answered, and lost, doubled, late or shuffled where a fault says so. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { sandboxWebhookReader } from '../../src/ports/payment/sandbox/webhookReader.ts';
import { signatureHeaders } from '../../src/sandbox/signature.ts';
import { newId } from '../../src/store/newId.ts';
import { eventually } from '../stack/builders.ts';
import { aListeningSandbox, nameOf, type ListeningSandbox } from './aSandbox.ts';

let sandbox: ListeningSandbox;
beforeEach(async () => {
  sandbox = await aListeningSandbox();
});
afterEach(() => sandbox.stop());

const types = () => sandbox.notices.map(({ type }) => type).sort();
const references = () =>
  sandbox.notices.map(({ subject }) => (subject.kind === 'none' ? '' : subject.reference));

async function charges(count: number): Promise<string[]> {
  const request = await sandbox.aCharge('pm_card_visa', 100);
  const outcomes = await sandbox.provider.charge(
    Array.from({ length: count }, () => ({ ...request, paymentId: newId('payment') })),
  );
  return outcomes.map((outcome) => (outcome.status === 'succeeded' ? outcome.reference : ''));
}

test('each change is told once: charges, refunds and disputes', async () => {
  const tokens = [
    'pm_card_visa',
    'pm_card_chargeCustomerFail',
    'pm_card_authenticationRequired',
    'pm_usBankAccount_accountClosed',
    'pm_card_createDispute',
  ];
  const requests = await Promise.all(tokens.map((token) => sandbox.aCharge(token)));
  const outcomes = await sandbox.provider.charge(requests);
  await sandbox.provider.charge(requests);
  const [paid, , asks] = outcomes;
  const chargeReference = paid?.status === 'succeeded' ? paid.reference : '';
  const refund = { refundId: newId('refund'), chargeReference, amount: 1n as never, currency: 'USD' };
  await sandbox.provider.refund([refund]);
  await sandbox.provider.refund([refund]);
  await sandbox.provider.cancel(requests.map(nameOf));
  await sandbox.post('/control/settle', {});
  const dispute = requests[4]?.paymentId ?? '';
  await sandbox.post(`/control/disputes/sandbox_dp_${dispute}/close`, { status: 'lost' });
  await sandbox.quiet();
  expect(types()).toEqual([
    'charge.canceled',
    'charge.failed',
    'charge.failed',
    'charge.processing',
    'charge.requires_action',
    'charge.succeeded',
    'charge.succeeded',
    'dispute.closed',
    'dispute.created',
    'refund.succeeded',
  ]);
  const canceled = sandbox.notices.find(({ type }) => type === 'charge.canceled');
  expect(canceled?.subject).toEqual({
    kind: 'charge',
    reference: asks?.status === 'requires_action' ? asks.reference : '',
  });
});

test('one that is not answered is sent again, also after a restart', async () => {
  sandbox.answerWith(500);
  const made = await charges(3);
  await eventually(
    () =>
      sandbox.database.pool.query<{ n: number }>(`SELECT count(last_error)::int AS n FROM sandbox.events`),
    ({ rows }) => rows[0]?.n === 3,
  );
  await sandbox.restart();
  sandbox.answerWith(204);
  await sandbox.quiet();
  expect(references().sort()).toEqual(made.sort());
});

test('one that is never answered is given up', async () => {
  sandbox.answerWith(500);
  await charges(1);
  await sandbox.database.pool.query(`UPDATE sandbox.events SET attempts = 5, next_attempt_at = now()`);
  await sandbox.quiet();
  expect(sandbox.notices).toEqual([]);
});

describe('a fault', () => {
  test('loses 30% and doubles 30%, the same each time for the same seed', async () => {
    await sandbox.running.faults.add({ kind: 'never', fraction: 0.3, seed: 'lost' });
    await sandbox.running.faults.add({ kind: 'twice', fraction: 0.43, seed: 'doubled' });
    const made = await charges(200);
    await sandbox.quiet();
    const arrived = new Map(made.map((reference) => [reference, 0]));
    for (const reference of references()) arrived.set(reference, (arrived.get(reference) ?? 0) + 1);
    const times = [0, 1, 2].map((count) => [...arrived.values()].filter((value) => value === count).length);
    expect(times[0]).toBeGreaterThan(40);
    expect(times[0]).toBeLessThan(80);
    expect(times[2]).toBeGreaterThan(40);
    expect(times[2]).toBeLessThan(80);
    const { rows } = await sandbox.database.pool.query<{ fates: string }>(
      `SELECT string_agg(fate, ' ' ORDER BY sequence) AS fates FROM sandbox.events`,
    );
    const again = await aListeningSandbox();
    await again.running.faults.add({ kind: 'never', fraction: 0.3, seed: 'lost' });
    await again.running.faults.add({ kind: 'twice', fraction: 0.43, seed: 'doubled' });
    const request = await again.aCharge('pm_card_visa');
    await again.provider.charge(made.map(() => ({ ...request, paymentId: newId('payment') })));
    await again.quiet();
    const { rows: others } = await again.database.pool.query(
      `SELECT string_agg(fate, ' ' ORDER BY sequence) AS fates FROM sandbox.events`,
    );
    await again.stop();
    expect(others).toEqual(rows);
  });

  test('brings one late, after those that came behind it', async () => {
    await sandbox.running.faults.add({ kind: 'late', delay_ms: 700, match: 'charge.', times: 1 });
    const [first] = await charges(1);
    const [second] = await charges(1);
    await sandbox.quiet();
    expect(references()).toEqual([second, first]);
  });

  test('brings them out of order, each once', async () => {
    await sandbox.running.faults.add({ kind: 'shuffled', delay_ms: 400, seed: 'x' });
    const made = await charges(40);
    await sandbox.quiet();
    const ids = await sandbox.database.pool.query<{ reference: string }>(
      `SELECT reference FROM sandbox.events ORDER BY sequence`,
    );
    expect(references().sort()).toEqual([...made].sort());
    expect(references()).not.toEqual(ids.rows.map(({ reference }) => reference));
  });
});

describe('the reader', () => {
  const secret = 'another secret of 16';
  const at = 1_800_000_000;
  const body = JSON.stringify({ id: 'evt_1', type: 'charge.failed', data: { object: 'charge', id: 'ch_1' } });
  const headers = signatureHeaders(secret, { id: 'evt_1', at, body });
  const reader = sandboxWebhookReader(secret, () => at * 1000);
  const read = (text: string, changed: Record<string, string | undefined> = {}) =>
    reader.read(Buffer.from(text), { ...headers, ...changed });

  test('takes what was signed, beside signatures of other secrets', () => {
    const notice = {
      eventId: 'evt_1',
      type: 'charge.failed',
      subject: { kind: 'charge', reference: 'ch_1' },
    };
    expect(read(body)).toEqual(notice);
    const both = `v1,bm9uZQ== ${headers['webhook-signature'] ?? ''}`;
    expect(read(body, { 'webhook-signature': both })).toEqual(notice);
  });

  test.each([
    ['another byte', `${body} `, {}, 'webhook_signature_invalid'],
    ['another id', body, { 'webhook-id': 'evt_2' }, 'webhook_signature_invalid'],
    ['another time', body, { 'webhook-timestamp': String(at + 1) }, 'webhook_signature_invalid'],
    ['no signature', body, { 'webhook-signature': undefined }, 'webhook_signature_missing'],
    ['a signature that is none', body, { 'webhook-signature': 'v1' }, 'webhook_signature_invalid'],
    ['another version', body, { 'webhook-signature': 'v2,AAAA' }, 'webhook_signature_invalid'],
  ])('refuses %s', (_what, text, changed, code) => {
    expect(() => read(text, changed)).toThrow(expect.objectContaining({ status: 400, code }));
  });

  test('refuses what is older than five minutes, or from the future', () => {
    for (const seconds of [301, -301]) {
      const later = sandboxWebhookReader(secret, () => (at + seconds) * 1000);
      expect(() => later.read(Buffer.from(body), headers)).toThrow(
        expect.objectContaining({ code: 'webhook_too_old' }),
      );
    }
  });

  test('takes what it does not know as about nothing', () => {
    const other = JSON.stringify({
      id: 'evt_1',
      type: 'payout.paid',
      data: { object: 'payout', id: 'po_1' },
    });
    const signed = signatureHeaders(secret, { id: 'evt_1', at, body: other });
    expect(reader.read(Buffer.from(other), signed).subject).toEqual({ kind: 'none' });
  });
});
