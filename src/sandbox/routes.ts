/** What is asked of the sandbox as a provider: each route with the shape of its body. */
import { z } from 'zod';
import { cancelCharges } from './chargeEnds.ts';
import { createCharges, findCharge, findCharges, newCharge, type Charge } from './charges.ts';
import { findDispute } from './disputes.ts';
import { checked, json } from './exchange.ts';
import { list, listNames, listQuery } from './lists.ts';
import { attachMethod, createCustomer, detachMethod, newCustomer, newMethod } from './methods.ts';
import { createRefunds, findRefund, newRefund } from './refunds.ts';
import { bodyOf, found, keyOf, shown, type Route } from './route.ts';

const batchLimit = 1000;
const keys = z.object({ idempotency_keys: z.array(z.string()).max(batchLimit) });

export const routes: readonly Route[] = [
  {
    method: 'POST',
    path: '/customers',
    answer: async ({ pool }, asked) =>
      json(200, await createCustomer(pool, keyOf(asked), checked(newCustomer, bodyOf(asked)))),
  },
  {
    method: 'POST',
    path: '/payment_methods',
    answer: async ({ pool }, asked) =>
      json(200, await attachMethod(pool, keyOf(asked), checked(newMethod, bodyOf(asked)))),
  },
  {
    method: 'DELETE',
    path: '/payment_methods/:',
    async answer({ pool }, { named: [id = ''] }) {
      await detachMethod(pool, id);
      return json(200, { id, deleted: true });
    },
  },
  {
    method: 'POST',
    path: '/charges/batch',
    async answer(state, asked) {
      const { charges } = checked(z.object({ charges: z.array(newCharge).max(batchLimit) }), bodyOf(asked));
      return json(200, { charges: shown(asked, await createCharges(state.pool, charges, state)) });
    },
  },
  {
    method: 'POST',
    path: '/charges/lookup',
    async answer({ pool }, asked) {
      const charges = await findCharges(pool, checked(keys, bodyOf(asked)).idempotency_keys);
      return json(200, { charges: shown(asked, charges) });
    },
  },
  {
    method: 'POST',
    path: '/charges/cancel',
    async answer({ pool, tells }, asked) {
      const charges = await cancelCharges(pool, checked(keys, bodyOf(asked)).idempotency_keys, tells);
      return json(200, { charges: shown(asked, charges) });
    },
  },
  {
    method: 'POST',
    path: '/refunds/batch',
    async answer(state, asked) {
      const { refunds } = checked(z.object({ refunds: z.array(newRefund).max(batchLimit) }), bodyOf(asked));
      return json(200, { refunds: await createRefunds(state.pool, refunds, state) });
    },
  },
  ...listNames.map((name): Route => ({
    method: 'GET',
    path: `/${name}`,
    async answer({ pool }, asked) {
      const page = await list(pool, name, checked(listQuery, Object.fromEntries(asked.query)));
      if (name !== 'charges') return json(200, page);
      return json(200, { ...page, data: shown(asked, page.data as readonly Charge[]) });
    },
  })),
  {
    method: 'GET',
    path: '/charges/:',
    async answer({ pool }, asked) {
      const charge = found(await findCharge(pool, asked.named[0] ?? ''), 'charge');
      return json(200, shown(asked, [charge])[0]);
    },
  },
  {
    method: 'GET',
    path: '/refunds/:',
    answer: async ({ pool }, { named: [id = ''] }) => json(200, found(await findRefund(pool, id), 'refund')),
  },
  {
    method: 'GET',
    path: '/disputes/:',
    answer: async ({ pool }, { named: [id = ''] }) =>
      json(200, found(await findDispute(pool, id), 'dispute')),
  },
];
