/** /v1/reconciliations and /v1/reconciliation_findings: the providers' records beside ours. */
import { z } from 'zod';
import { BillingError, notFound } from '../../domain/errors.ts';
import type { Instant } from '../../domain/instant.ts';
import { providerNames } from '../../domain/paymentProvider.ts';
import { findingKinds } from '../../domain/reconciliation.ts';
import { newId } from '../../store/newId.ts';
import { readPage } from '../../store/reads/page.ts';
import {
  selectFindings,
  selectReconciliations,
  type FindingRow,
  type FoundRecord,
  type ReconciledTotals,
  type ReconciliationRow,
} from '../../store/reads/reconciliations.ts';
import { resolveFinding } from '../../store/reconciliations.ts';
import { reconciliationWorkflowId, type ReconciliationInput } from '../../workflows/contract/providers.ts';
import { workflowTypes } from '../../workflows/contract/workflowTypes.ts';
import {
  instant,
  integer,
  listOf,
  optionalTime,
  pageOf,
  pageQuery,
  resourceFields,
  time,
  toList,
  toOptionalTime,
  toTime,
} from '../fields.ts';
import { findOne } from '../find.ts';
import { addRoute, type Registrar } from '../route.ts';
import { runWorkflow } from '../shortWorkflow.ts';

const provider = z.enum(providerNames);
const reconciliation = z.object({
  ...resourceFields,
  object: z.literal('reconciliation'),
  provider,
  period: z.object({ start: time, end: time }),
  status: z.enum(['running', 'completed']),
  /** Records of ours that had no outcome, or did not know of a dispute, and were brought in line. */
  mended: integer,
  /** What it found that is for people to resolve. */
  open_findings: integer,
  totals: z.array(
    z.object({
      currency: z.string(),
      captured: integer,
      recorded: integer,
      /** Captured at the provider, but not by us: somebody else uses its account too. */
      foreign: integer,
      difference: integer,
      refunded: integer,
      recorded_refunds: integer,
    }),
  ),
  completed_at: optionalTime,
});
const found = z.object({
  status: z.string().nullable(),
  amount: integer.nullable(),
  currency: z.string().nullable(),
});
const finding = z.object({
  ...resourceFields,
  object: z.literal('reconciliation_finding'),
  provider,
  kind: z.enum(findingKinds),
  /** The provider's name of the record, or ours where it has none. */
  reference: z.string(),
  payment: z.string().nullable(),
  refund: z.string().nullable(),
  expected: found.nullable(),
  actual: found,
  /** The last that saw it; null: a webhook told. */
  reconciliation: z.string().nullable(),
  last_seen_at: time,
  resolved_at: optionalTime,
  /** Why somebody has closed it by hand; null: it is open, or both sides agree again. */
  resolution: z.string().nullable(),
});

export function addReconciliationRoutes(to: Registrar): void {
  const { pool } = to;
  const find = (id: string) => findOne<ReconciliationRow>(pool, selectReconciliations, 'reconciliation', id);
  addRoute(to, {
    method: 'post',
    path: '/v1/reconciliations',
    summary:
      "Compare a provider's records of a period with ours, mend what is safe and tell the rest; done when it answers. Every hour this happens by itself.",
    scope: 'admin',
    body: z.strictObject({ provider, from: instant.optional(), to: instant.optional() }),
    status: 201,
    answer: reconciliation,
    async handle({ body, operationId }) {
      const { from = null, to: until = null } = body;
      if (!to.providerWebhooks[body.provider]) {
        throw new BillingError(
          400,
          'provider_not_configured',
          `Payments by ${body.provider} are not configured here. Name another provider.`,
          'provider',
        );
      }
      refusePeriod(from, until);
      const id = newId('reconciliation', operationId);
      const input: ReconciliationInput = { asked: { id, provider: body.provider }, from, to: until };
      await runWorkflow(to, workflowTypes.reconciliation, reconciliationWorkflowId(id), input);
      return toResource(await find(id));
    },
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/reconciliations',
    summary: 'List reconciliations.',
    scope: 'read',
    query: z.strictObject({ ...pageQuery, provider: provider.optional() }),
    answer: listOf(reconciliation),
    handle: async ({ query }) =>
      toList(
        await readPage<ReconciliationRow>(
          pool,
          selectReconciliations,
          [['provider', query.provider]],
          pageOf(query),
        ),
        toResource,
      ),
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/reconciliations/{id}',
    summary: 'Get a reconciliation.',
    scope: 'read',
    params: z.object({ id: z.string() }),
    answer: reconciliation,
    handle: async ({ params: { id } }) => toResource(await find(id)),
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/reconciliation_findings',
    summary:
      'List what reconciliations found and did not mend, since nobody should guess: by default what is not resolved. It is resolved when both sides agree.',
    scope: 'read',
    query: z.strictObject({
      ...pageQuery,
      provider: provider.optional(),
      kind: z.enum(findingKinds).optional(),
      resolved: z.enum(['true', 'false']).default('false'),
    }),
    answer: listOf(finding),
    handle: async ({ query }) =>
      toList(
        await readPage<FindingRow>(
          pool,
          selectFindings,
          [
            ['provider', query.provider],
            ['kind', query.kind],
            [(given) => `(t.resolved_at IS NOT NULL) = ${given}::boolean`, query.resolved],
          ],
          pageOf(query),
        ),
        toFinding,
      ),
  });
  addRoute(to, {
    method: 'post',
    path: '/v1/reconciliation_findings/{id}/resolve',
    summary:
      'Close a finding that was set right elsewhere, or that needs nothing, and say why. It is not told again unless the record changes.',
    scope: 'admin',
    params: z.object({ id: z.string() }),
    body: z.strictObject({ resolution: z.string().trim().min(1).max(1000) }),
    answer: finding,
    async handle({ params: { id }, body }) {
      if (!(await resolveFinding(pool, id, body.resolution))) throw notFound('reconciliation finding', id);
      return toFinding(await findOne<FindingRow>(pool, selectFindings, 'reconciliation_finding', id));
    },
  });
}

/** Without both it goes on where the last one ended. */
function refusePeriod(from: Instant | null, until: Instant | null): void {
  const now = Date.now();
  if (until !== null && (from === null || until > now)) {
    throw new BillingError(
      400,
      'period_invalid',
      'Give a `to` that has passed, together with a `from`.',
      'to',
    );
  }
  if (from !== null && from >= (until ?? now)) {
    throw new BillingError(400, 'period_invalid', 'Give a `from` that lies before `to`.', 'from');
  }
}

function toResource(row: ReconciliationRow) {
  return {
    id: row.id,
    object: 'reconciliation' as const,
    provider: row.provider,
    period: { start: toTime(row.period_start), end: toTime(row.period_end) },
    status: row.status,
    mended: BigInt(row.mended),
    open_findings: BigInt(row.open_findings),
    totals: row.totals.map(toTotals),
    completed_at: toOptionalTime(row.completed_at),
    created: toTime(row.created),
    livemode: true,
    metadata: row.metadata,
  };
}

function toTotals(totals: ReconciledTotals) {
  const captured = BigInt(totals.captured);
  const recorded = BigInt(totals.recorded);
  const foreign = BigInt(totals.foreign);
  return {
    currency: totals.currency,
    captured,
    recorded,
    foreign,
    difference: captured - recorded - foreign,
    refunded: BigInt(totals.refunded),
    recorded_refunds: BigInt(totals.recorded_refunds),
  };
}

function toFinding(row: FindingRow) {
  return {
    id: row.id,
    object: 'reconciliation_finding' as const,
    provider: row.provider,
    kind: row.kind,
    reference: row.reference,
    payment: row.payment_id,
    refund: row.refund_id,
    expected: row.expected && toFound(row.expected),
    actual: toFound(row.actual),
    reconciliation: row.reconciliation_id,
    last_seen_at: toTime(row.last_seen_at),
    resolved_at: toOptionalTime(row.resolved_at),
    resolution: row.resolution,
    created: toTime(row.created),
    livemode: true,
    metadata: row.metadata,
  };
}

function toFound({ status, amount, currency }: FoundRecord) {
  return {
    status,
    amount: amount === undefined ? null : BigInt(amount),
    currency: currency ?? null,
  };
}
