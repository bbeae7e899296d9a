/** One subscription on a test clock of its own, seen and changed as a client does. */
import { advanceTo } from '../../src/stack/demo/scenario.ts';
import {
  aCustomer,
  aPlan,
  aSubscription,
  aTestClock,
  linesOf,
  type CustomerFields,
  type Subscription,
} from './builders.ts';
import type { Dunlin } from './dunlin.ts';

interface ClockedLife {
  readonly start?: string;
  readonly customer?: CustomerFields;
  readonly plan?: Record<string, unknown>;
  readonly subscription?: Record<string, unknown>;
}

export async function aClockedLife(dunlin: Dunlin, fields: ClockedLife) {
  const clock = await aTestClock(dunlin, fields.start ?? '2026-01-01T00:00:00Z');
  const customer = await aCustomer(dunlin, { ...fields.customer, test_clock: clock });
  const plan = await aPlan(dunlin, fields.plan);
  const subscription = await aSubscription(dunlin, { customer, plan, ...fields.subscription });
  const path = `/v1/subscriptions/${subscription.id}`;
  return {
    id: subscription.id,
    customer,
    plan,
    clock,
    subscription,
    to: (time: string) => advanceTo(dunlin.client, clock, time),
    change: (body: object) => dunlin.client.patch<Subscription>(path, body),
    read: () => dunlin.client.get<Subscription>(path),
    lines: () => linesOf(dunlin, subscription.id),
  };
}
