/** One builder for each aggregate: what a test does not care about has a sensible value. */
import { randomBytes } from 'node:crypto';
import type { Dunlin } from './dunlin.ts';

export interface Created {
  readonly id: string;
}

export const unique = (prefix: string): string => `${prefix}_${randomBytes(5).toString('hex')}`;

export async function aTestClock(dunlin: Dunlin, frozenTime = '2026-01-15T00:00:00Z'): Promise<string> {
  return (await dunlin.client.post<Created>('/v1/test_clocks', { name: 'test', frozen_time: frozenTime })).id;
}

export async function aMeter(dunlin: Dunlin, fields: Record<string, unknown> = {}): Promise<string> {
  const name = unique('calls');
  const meter = { code: name, event_type: name, aggregation: 'count', ...fields };
  return (await dunlin.client.post<Created>('/v1/meters', meter)).id;
}

export const flatFee = { code: 'fee', type: 'fixed', model: 'flat', amount: '1000' };

export async function aPlan(dunlin: Dunlin, fields: Record<string, unknown> = {}): Promise<string> {
  const plan = {
    code: unique('plan'),
    name: 'Test',
    currency: 'USD',
    interval: 'month',
    prices: [flatFee],
    ...fields,
  };
  return (await dunlin.client.post<Created>('/v1/plans', plan)).id;
}

export interface CustomerFields {
  readonly token?: string | null;
  readonly test_clock?: string;
  readonly [field: string]: unknown;
}

/** A customer with a card that pays; `token: null` for one without. */
export async function aCustomer(
  dunlin: Dunlin,
  { token = 'pm_card_visa', ...fields }: CustomerFields = {},
): Promise<string> {
  const { id } = await dunlin.client.post<Created>('/v1/customers', { name: 'Ada', ...fields });
  if (token !== null) await dunlin.client.post(`/v1/customers/${id}/payment_methods`, { token });
  return id;
}

export interface Subscription {
  readonly id: string;
  readonly status: string;
  readonly latest_invoice: string;
  readonly plan: string;
  readonly plan_version: number;
  readonly quantity: number;
  readonly current_period: { readonly start: string; readonly end: string };
  readonly pending_changes: readonly { readonly effective_at: string | null }[];
  readonly cancel_at: string | null;
  readonly ended_at: string | null;
  readonly workflow_id: string;
}

export async function aSubscription(
  dunlin: Dunlin,
  fields: { customer: string; plan?: string; [field: string]: unknown },
): Promise<Subscription> {
  return dunlin.client.post<Subscription>('/v1/subscriptions', fields);
}

export interface Invoice {
  readonly id: string;
  readonly number: string | null;
  readonly status: string;
  readonly total: number;
  readonly amount_paid: number;
  readonly attempt_count: number;
  readonly next_attempt_at: string | null;
  readonly finalized_at: string | null;
  readonly period: { readonly start: string; readonly end: string };
  readonly lines: {
    readonly data: readonly {
      readonly type: string;
      readonly description: string;
      readonly amount: number;
      readonly quantity: string;
      readonly period: { readonly start: string; readonly end: string };
    }[];
  };
}

/** The lines of each invoice, the oldest first: type, price, amount, and the days that it is for. */
export async function linesOf(dunlin: Dunlin, subscription: string) {
  return (await invoicesOf(dunlin, subscription)).map(({ lines }) =>
    lines.data.map(({ type, description, amount, period }) => [
      type,
      description.split(',')[0],
      amount,
      period.start.slice(0, 10),
      period.end.slice(0, 10),
    ]),
  );
}

/** Oldest first. */
export async function invoicesOf(dunlin: Dunlin, subscription: string): Promise<Invoice[]> {
  return (await dunlin.client.all<Invoice>(`/v1/invoices?subscription=${subscription}`)).reverse();
}

export async function sendEvents(dunlin: Dunlin, events: readonly Record<string, unknown>[]) {
  return dunlin.client.post<{
    accepted: number;
    duplicates: number;
    rejected: { index: number; code: string }[];
  }>(
    '/v1/events',
    events.map((event) => ({ specversion: '1.0', source: 'test', id: unique('event'), ...event })),
  );
}

/** Asks until `wanted` holds of the answer; fails with the last one where it never does. */
export async function eventually<T>(
  ask: () => Promise<T>,
  wanted: (answer: T) => boolean,
  patienceMs = 30_000,
): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    if (Date.now() > deadline)
      throw new Error(
        `never came to be; at last: ${JSON.stringify(answer, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
