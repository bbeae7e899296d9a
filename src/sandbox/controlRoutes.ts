/** What people do at the sandbox, and those who test with it: answer as a customer or a bank, and ask for faults. No fault meets these. */
import { z } from 'zod';
import { showAction, takeAnswer } from './actionPage.ts';
import { answerAction, settle } from './chargeEnds.ts';
import { closeDispute, openDispute } from './disputes.ts';
import { checked, json } from './exchange.ts';
import { newFault } from './faults.ts';
import { bodyOf, found, shown, type Route } from './route.ts';
import { listEvents } from './webhooks.ts';

const answered = z.object({ approved: z.boolean() });
const dispute = z.object({ reason: z.string().min(1).default('fraudulent') });
const verdict = z.object({ status: z.enum(['won', 'lost']) });

export const controlRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/action/:',
    answer: ({ pool }, { named: [id = ''], query }) => showAction(pool, id, query),
  },
  {
    method: 'POST',
    path: '/action/:',
    answer: ({ pool, tells }, { named: [id = ''], query, request }) =>
      takeAnswer(pool, id, query, request.body, tells),
  },
  {
    method: 'POST',
    path: '/control/charges/:/answer',
    async answer({ pool, tells }, asked) {
      const { approved } = checked(answered, bodyOf(asked));
      const charge = found(await answerAction(pool, asked.named[0] ?? '', approved, tells), 'charge');
      return json(200, shown(asked, [charge])[0]);
    },
  },
  {
    method: 'POST',
    path: '/control/charges/:/dispute',
    async answer({ pool, tells }, asked) {
      const { reason } = checked(dispute, bodyOf(asked));
      const opened = await openDispute(pool, asked.named[0] ?? '', reason, tells);
      return json(200, found(opened, 'charge that can be disputed'));
    },
  },
  {
    method: 'POST',
    path: '/control/disputes/:/close',
    async answer({ pool, tells }, asked) {
      const { status } = checked(verdict, bodyOf(asked));
      return json(200, found(await closeDispute(pool, asked.named[0] ?? '', status, tells), 'dispute'));
    },
  },
  {
    method: 'POST',
    path: '/control/settle',
    answer: async ({ pool, tells }) => json(200, { settled: await settle(pool, 'all', tells) }),
  },
  {
    method: 'POST',
    path: '/control/faults',
    async answer({ faults }, asked) {
      const fault = checked(newFault, bodyOf(asked));
      await faults.add(fault);
      return json(201, fault);
    },
  },
  {
    method: 'DELETE',
    path: '/control/faults',
    async answer({ faults }) {
      await faults.clear();
      return json(200, { deleted: true });
    },
  },
  {
    method: 'GET',
    path: '/control/events',
    answer: async ({ pool }) => json(200, { data: await listEvents(pool) }),
  },
];
