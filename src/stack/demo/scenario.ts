/** Three months of real usage by a test clock: what the demo shows, and what a test computes a second way. */
import { flightEvent, type Flight } from './flights.ts';
import { eachOf, type HttpClient, type Page } from './httpClient.ts';

const months = [
  { prefix: '2001-01', lastDay: '2001-01-31T12:00:00Z' },
  { prefix: '2001-02', lastDay: '2001-02-28T12:00:00Z' },
  { prefix: '2001-03', lastDay: '2001-03-31T12:00:00Z' },
] as const;
export const scenarioStart = '2001-01-01T00:00:00Z';
/** Past the grace period of March's usage. */
export const scenarioEnd = '2001-04-01T03:00:00Z';

export interface Scenario {
  readonly clockId: string;
  /** Airport by the id of its customer. */
  readonly airports: ReadonlyMap<string, string>;
  readonly accepted: number;
  readonly duplicates: number;
}

export interface ScenarioOptions {
  readonly flights: readonly Flight[];
  /** The payment method's token for an airport. */
  readonly cardOf: (airport: string) => string;
  /** In which order, and how often, a month's flights are sent. */
  readonly arrange: (flights: readonly Flight[]) => readonly Flight[];
  readonly progress: (message: string) => void;
}

interface Created {
  readonly id: string;
}

/** Bills all flights by the plan of the demo catalog; returns when March is invoiced and everything due has been collected or tried. */
export async function runScenario(client: HttpClient, options: ScenarioOptions): Promise<Scenario> {
  const { progress } = options;
  const clock = await client.post<Created>('/v1/test_clocks', {
    name: 'flights',
    frozen_time: scenarioStart,
  });
  const plan = await findPlan(client);
  const codes = [...new Set(options.flights.map((flight) => flight.origin))].sort();
  progress(`signing up ${String(codes.length)} airports`);
  const airports = new Map<string, string>();
  await eachOf(codes, 8, async (airport) => {
    const customer = await client.post<Created>('/v1/customers', {
      external_id: airport,
      name: `Airport ${airport}`,
      test_clock: clock.id,
    });
    airports.set(customer.id, airport);
    await client.post(`/v1/customers/${customer.id}/payment_methods`, { token: options.cardOf(airport) });
    await client.post('/v1/subscriptions', { customer: customer.id, plan: plan.id });
  });

  let accepted = 0;
  let duplicates = 0;
  for (const { prefix, lastDay } of months) {
    progress(`advancing to ${lastDay.slice(0, 10)}`);
    await advanceTo(client, clock.id, lastDay);
    const sent = options.arrange(options.flights.filter((flight) => flight.time.startsWith(prefix)));
    progress(`sending ${String(sent.length)} flights of ${prefix}`);
    for (let first = 0; first < sent.length; first += 1000) {
      const batch = sent.slice(first, first + 1000).map(flightEvent);
      const answer = await client.post<{ accepted: number; duplicates: number; rejected: unknown[] }>(
        '/v1/events',
        batch,
        { 'content-type': 'application/cloudevents-batch+json' },
      );
      if (answer.rejected.length > 0)
        throw new Error(`events were refused: ${JSON.stringify(answer.rejected[0])}`);
      accepted += answer.accepted;
      duplicates += answer.duplicates;
    }
  }
  progress('closing March');
  await advanceTo(client, clock.id, scenarioEnd);
  return { clockId: clock.id, airports, accepted, duplicates };
}

async function findPlan(client: HttpClient): Promise<Created> {
  const { data } = await client.get<Page<Created>>('/v1/plans?code=airport');
  const [plan] = data;
  if (!plan) throw new Error('there is no plan airport: apply the demo catalog first');
  return plan;
}

/** Advances a test clock and waits until everything that fell due is done. */
export async function advanceTo(client: HttpClient, clockId: string, time: string): Promise<void> {
  await client.post(`/v1/test_clocks/${clockId}/advance`, { frozen_time: time });
  for (;;) {
    const clock = await client.get<{ status: string }>(`/v1/test_clocks/${clockId}`);
    if (clock.status === 'ready') return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
