/** An Idempotency-Key: the same request gets the same answer, and is carried out once. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { newId } from '../../src/store/newId.ts';
import { eventually, unique } from '../stack/builders.ts';
import { startApiOnly, temporalAway, type ApiOnly, type Reply } from './apiOnly.ts';

let api: ApiOnly;
beforeAll(async () => {
  api = await startApiOnly();
});
afterAll(() => api.stop());

let key: string;
beforeEach(() => {
  key = unique('key');
});

const post = (body: unknown, headers: Record<string, string> = {}, path = '/v1/customers'): Promise<Reply> =>
  api.call('POST', path, body, { 'idempotency-key': key, ...headers });
const customersNamed = async (name: string): Promise<number> =>
  (await api.pool.query('SELECT FROM customers WHERE name = $1', [name])).rowCount ?? 0;

test('the same key and body answers the same, and makes one customer', async () => {
  const body = { name: unique('Ada'), metadata: { a: 'b' } };
  const [first, second] = [await post(body), await post(body)];
  expect([first.status, first.headers.get('idempotent-replayed')]).toEqual([201, null]);
  expect([second.status, second.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
  expect(second.body).toEqual(first.body);
  expect(await customersNamed(body.name)).toBe(1);
});

test('without a key each request is its own', async () => {
  const body = { name: unique('Ada') };
  await api.call('POST', '/v1/customers', body);
  await api.call('POST', '/v1/customers', body);
  expect(await customersNamed(body.name)).toBe(2);
});

test('the same key with another body, or at another path, is a conflict', async () => {
  await post({ name: 'Ada' });
  for (const other of [
    await post({ name: 'Grace' }),
    await post({ name: 'Ada', frozen_time: '2026-01-01T00:00:00Z' }, {}, '/v1/test_clocks'),
  ]) {
    expect([other.status, other.body.error?.code, other.body.error?.param]).toEqual([
      409,
      'idempotency_key_reused',
      'Idempotency-Key',
    ]);
  }
});

test('a key belongs to the API key that sent it', async () => {
  const other = await api.call('POST', '/v1/api_keys', { name: 'other', scopes: ['write'] });
  const mine = await post({ name: 'Ada' });
  const theirs = await post({ name: 'Grace' }, { authorization: `Bearer ${String(other.body['key'])}` });
  expect([mine.status, theirs.status]).toEqual([201, 201]);
  expect(theirs.body.id).not.toBe(mine.body.id);
});

test('requests with one key at the same time make one customer', async () => {
  const body = { name: unique('Ada') };
  const replies = await Promise.all(Array.from({ length: 12 }, () => post(body)));
  const made = replies.filter(({ status }) => status === 201);
  expect(new Set(made.map(({ body: { id } }) => id)).size).toBe(1);
  for (const reply of replies.filter(({ status }) => status !== 201))
    expect([reply.status, reply.body.error?.code]).toEqual([409, 'idempotency_key_in_use']);
  expect(await customersNamed(body.name)).toBe(1);
});

test('a request that died holds its key for 10 seconds, and is then taken over with the same ids', async () => {
  const body = { name: unique('Ada') };
  const first = await post(body);
  const died = (lockedUntil: string) =>
    api.pool.query(
      `UPDATE idempotency_keys SET status_code = NULL, response = NULL, locked_until = now() + $2::interval WHERE key = $1`,
      [key, lockedUntil],
    );
  await died('9 seconds');
  const early = await post(body);
  expect([early.status, early.body.error?.code]).toEqual([409, 'idempotency_key_in_use']);
  await died('-1 second');
  const other = await post({ name: 'Grace' });
  expect([other.status, other.body.error?.code]).toEqual([409, 'idempotency_key_reused']);
  const taken = await post(body);
  expect([taken.status, taken.body.id]).toEqual([201, first.body.id]);
  expect(await customersNamed(body.name)).toBe(1);
  const { rows } = await api.pool.query<{ operation_id: string }>(
    `SELECT operation_id FROM idempotency_keys WHERE key = $1`,
    [key],
  );
  expect(newId('customer', rows[0]?.operation_id)).toBe(first.body.id);
});

test('a request that takes long keeps its key: it is renewed while it is worked on', async () => {
  const { body: customer } = await api.call('POST', '/v1/customers', { name: 'Ada' });
  let away = (): void => undefined;
  api.temporal(
    () =>
      new Promise((_resolve, reject) => {
        away = () => reject(new Error('enough'));
      }),
  );
  const slow = post({ token: 'pm_card_visa' }, {}, `/v1/customers/${String(customer.id)}/payment_methods`);
  const left = async () => {
    const { rows } = await api.pool.query<{ left: number }>(
      `SELECT extract(epoch FROM locked_until - now())::float AS left FROM idempotency_keys WHERE key = $1`,
      [key],
    );
    return rows[0]?.left ?? 0;
  };
  await eventually(left, (seconds) => seconds > 0);
  await api.pool.query(`UPDATE idempotency_keys SET locked_until = now() WHERE key = $1`, [key]);
  await eventually(left, (seconds) => seconds > 5);
  away();
  expect((await slow).status).toBe(500);
});

test('a request that met no Temporal may be sent again, and asks for the same payment method', async () => {
  const { body: customer } = await api.call('POST', '/v1/customers', { name: 'Ada' });
  const path = `/v1/customers/${String(customer.id)}/payment_methods`;
  api.temporal(temporalAway);
  const away = await post({ token: 'pm_card_visa' }, {}, path);
  expect([away.status, away.headers.get('retry-after')]).toEqual([503, '5']);
  api.temporal(() =>
    api.pool.query(
      `INSERT INTO payment_methods (id, customer_id, provider, provider_reference, type, created)
       VALUES ($1, $2, 'sandbox', 'x', 'card', now())`,
      [(api.asked.at(-1)?.args[0] as { paymentMethodId: string }).paymentMethodId, customer.id],
    ),
  );
  const made = await post({ token: 'pm_card_visa' }, {}, path);
  expect([made.status, made.headers.get('idempotent-replayed')]).toEqual([201, null]);
  expect(api.asked.slice(-2).map(({ workflowId }) => workflowId)).toEqual(
    Array(2).fill(`payment-method/${String(made.body.id)}`),
  );
});

test('a refusal is answered again as it was', async () => {
  const body = { name: 'Ada', test_clock: 'clock_01kk0000000000000000000000' };
  const [first, second] = [await post(body), await post(body)];
  expect([first.status, first.body.error?.code]).toEqual([400, 'test_clock_missing']);
  expect(second.body).toEqual(first.body);
  expect(second.headers.get('idempotent-replayed')).toBe('true');
});

test('after 24 hours a key is new', async () => {
  const body = { name: unique('Ada') };
  const first = await post(body);
  await api.pool.query(
    `UPDATE idempotency_keys SET created = now() - interval '24 hours 1 second' WHERE key = $1`,
    [key],
  );
  const second = await post({ ...body, email: 'ada@example.com' });
  expect([second.status, second.headers.get('idempotent-replayed')]).toEqual([201, null]);
  expect(second.body.id).not.toBe(first.body.id);
});

test('an integer that no double holds is answered again to the last digit', async () => {
  const body = { name: unique('Ada') };
  await post(body);
  const exact = '{"balance":9007199254740993}';
  await api.pool.query(`UPDATE idempotency_keys SET response = $2 WHERE key = $1`, [key, exact]);
  expect((await post(body)).text).toBe(exact);
});

test('a plan version that is asked for twice with one key is made once', async () => {
  const prices = [{ code: 'fee', type: 'fixed', model: 'flat', amount: '1000' }];
  const plan = await api.call('POST', '/v1/plans', {
    code: unique('plan'),
    name: 'Plan',
    currency: 'USD',
    interval: 'month',
    prices,
  });
  const path = `/v1/plans/${String(plan.body.id)}/versions`;
  const first = await post({ interval: 'year', prices }, {}, path);
  await api.pool.query(
    `UPDATE idempotency_keys SET status_code = NULL, response = NULL, locked_until = '-infinity' WHERE key = $1`,
    [key],
  );
  const second = await post({ interval: 'year', prices }, {}, path);
  expect([first.body['version'], second.body['version']]).toEqual([2, 2]);
  expect((await api.call('GET', path)).body.data).toHaveLength(2);
});

test('a malformed key is refused', async () => {
  const reply = await post({ name: 'Ada' }, { 'idempotency-key': 'two words' });
  expect([reply.status, reply.body.error?.code]).toEqual([400, 'idempotency_key_malformed']);
});

test('a secret is never stored: an API key is made anew, whatever the key says', async () => {
  const body = { name: 'k', scopes: ['read'] };
  const [first, second] = [await post(body, {}, '/v1/api_keys'), await post(body, {}, '/v1/api_keys')];
  expect(second.body['key']).not.toBe(first.body['key']);
  const { rowCount } = await api.pool.query(`SELECT FROM idempotency_keys WHERE key = $1`, [key]);
  expect(rowCount).toBe(0);
});
