/**
 * Webhooks of payment providers: checked on the bytes that came, kept as they came, answered at once. A workflow applies
 * them; where it cannot be told, a Schedule finds them.
 */
import express, { type Express } from 'express';
import { notFound } from '../domain/errors.ts';
import { providerNames } from '../domain/paymentProvider.ts';
import { recordProviderEvent } from '../store/providerEvents.ts';
import { providerEventSignal, providerEventsWorkflowId } from '../workflows/contract/providers.ts';
import { workflowTypes } from '../workflows/contract/workflowTypes.ts';
import type { ApiDependencies } from './route.ts';

/** A provider's are some KiB. */
const raw = express.raw({ limit: '1mb', type: () => true });
/** Those that come within so long are told together. */
const tellEveryMs = 100;

/** Only what says how it was signed is kept of the headers. */
const keptHeaders = [
  'stripe-signature',
  'webhook-id',
  'webhook-timestamp',
  'webhook-signature',
  'content-type',
];

export function serveProviderWebhooks(app: Express, deps: ApiDependencies): void {
  const tell = teller(deps);
  app.post('/webhooks/:provider', raw, async (request, response) => {
    const name = providerNames.find((each) => each === request.params.provider);
    const reader = name && deps.providerWebhooks[name];
    if (!name || !reader) throw notFound('route', `POST ${request.path.slice(0, 200)}`);
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const headers = Object.fromEntries(keptHeaders.map((header) => [header, request.get(header)]));
    const notice = reader.read(body, headers);
    await recordProviderEvent(deps.pool, name, notice, body, headers);
    tell();
    response.json({ received: true });
  });
}

/** Nobody waits for it, and that it fails is no harm. */
function teller({ temporal, taskQueue }: ApiDependencies): () => void {
  let planned: NodeJS.Timeout | undefined;
  return () => {
    planned ??= setTimeout(() => {
      planned = undefined;
      void temporal.workflow
        .signalWithStart(workflowTypes.providerEvents, {
          workflowId: providerEventsWorkflowId,
          taskQueue,
          args: [],
          signal: providerEventSignal,
        })
        .catch(() => undefined);
    }, tellEveryMs).unref();
  };
}
