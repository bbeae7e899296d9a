/** Billing over GraphQL: what an organization pays, with the usage of the open period as it will be billed. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startDunlin, type Dunlin } from '../stack/dunlin.ts';
import { aCustomer, aMeter, aPlan, aSubscription, eventually, sendEvents } from '../stack/builders.ts';

let dunlin: Dunlin;
beforeAll(async () => {
  dunlin = await startDunlin();
});
afterAll(() => dunlin.stop());

async function ask(query: string, variables: Record<string, unknown>) {
  const { body } = await dunlin.call('POST', '/graphql', { query, variables });
  return body as unknown as { data: Record<string, unknown>; errors?: unknown[] };
}

test('a subscription has the usage of its open period, and invoices are told with their sums', async () => {
  const meter = await aMeter(dunlin);
  const { event_type: type, code } = await dunlin.client.get<{ event_type: string; code: string }>(
    `/v1/meters/${meter}`,
  );
  const plan = await aPlan(dunlin, {
    prices: [
      { code: 'fee', type: 'fixed', model: 'flat', amount: '1000', billing: 'in_advance' },
      { code: 'calls', type: 'usage', model: 'per_unit', meter, unit_amount: '2' },
    ],
  });
  const customer = await aCustomer(dunlin);
  const { id: subscription } = await aSubscription(dunlin, { customer, plan });
  const at = new Date().toISOString();
  await sendEvents(
    dunlin,
    [1, 2, 3].map(() => ({ type, subject: customer, time: at, data: {} })),
  );
  const made = await ask(
    `mutation ($input: CreateOrganizationInput!) { createOrganization(input: $input) { organization { id customerId } userErrors { code } } }`,
    { input: { name: 'Billed', customerId: customer, adminEmail: 'boss@billed.test' } },
  );
  const { organization, userErrors } = made.data['createOrganization'] as {
    organization: { id: string };
    userErrors: unknown[];
  };
  expect([userErrors, organization]).toEqual([
    [],
    { id: expect.stringMatching(/^org_/), customerId: customer },
  ]);
  const billing = `query ($id: ID!) { organization(id: $id) {
    subscriptions { totalCount nodes { id status currentPeriod { start end } usage { price meter quantity group } } }
    invoices { nodes { status total amountDue currency } } } }`;
  const told = await eventually(
    async () => (await ask(billing, { id: organization.id })).data['organization'] as Record<string, unknown>,
    (answer) => JSON.stringify(answer).includes('"quantity":"3"') && JSON.stringify(answer).includes('PAID'),
  );
  expect(told).toMatchObject({
    subscriptions: {
      totalCount: 1,
      nodes: [
        {
          id: subscription,
          status: 'ACTIVE',
          usage: [{ price: 'calls', meter: code, quantity: '3', group: {} }],
        },
      ],
    },
    invoices: { nodes: [{ status: 'PAID', total: '1000', currency: 'USD' }] },
  });
});
