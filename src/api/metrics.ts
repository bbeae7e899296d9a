/** Metrics for Prometheus. */
import type { Express } from 'express';
import type { Pool } from 'pg';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { readDueNotDone } from '../store/reads/dueNotDone.ts';
import { readWebhooksWaiting } from '../store/reads/webhooksWaiting.ts';

export function serveMetrics(app: Express, pool: Pool): void {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const due = new Gauge({
    name: 'dunlin_due_not_done',
    help: 'What has been due for a minute or longer',
    registers: [registry],
  });
  const age = new Gauge({
    name: 'dunlin_due_not_done_oldest_seconds',
    help: 'How long the oldest of it has been due',
    registers: [registry],
  });
  const setAside = new Gauge({
    name: 'dunlin_set_aside',
    help: 'What failed and waits for its retry',
    registers: [registry],
  });
  const unreconciled = new Gauge({
    name: 'dunlin_reconciliation_findings_open',
    help: 'Where the records of a payment provider and ours differ, and nobody has resolved it',
    registers: [registry],
  });
  const waiting = new Gauge({
    name: 'dunlin_webhook_deliveries_waiting',
    help: 'Deliveries that wait, for their first attempt or another one',
    registers: [registry],
  });
  const waitingAge = new Gauge({
    name: 'dunlin_webhook_deliveries_oldest_seconds',
    help: 'How long the oldest of them has waited',
    registers: [registry],
  });
  const relayLag = new Gauge({
    name: 'dunlin_event_relay_lag_seconds',
    help: 'Age of the oldest event of which no deliveries are made yet',
    registers: [registry],
  });
  const requests = new Histogram({
    name: 'dunlin_http_request_seconds',
    help: 'Time to answer, by method, route and status',
    labelNames: ['method', 'route', 'status'],
    registers: [registry],
  });
  app.use((request, response, next) => {
    const stop = requests.startTimer();
    response.once('finish', () => {
      const route = (request.route as { path?: string } | undefined)?.path ?? 'none';
      stop({ method: request.method, route, status: response.statusCode });
    });
    next();
  });
  app.get('/metrics', async (_request, response) => {
    // Without Postgres nobody knows what is due, and the rest is needed all the more.
    const found = await readDueNotDone(pool).catch(() => undefined);
    due.set(found?.count ?? NaN);
    age.set(found?.oldestAgeSeconds ?? NaN);
    setAside.set(found?.setAside ?? NaN);
    unreconciled.set(found?.unreconciled ?? NaN);
    const webhooks = await readWebhooksWaiting(pool).catch(() => undefined);
    waiting.set(webhooks?.count ?? NaN);
    waitingAge.set(webhooks?.oldestAgeSeconds ?? NaN);
    relayLag.set(webhooks?.relayLagSeconds ?? NaN);
    response.type(registry.contentType).send(await registry.metrics());
  });
}
