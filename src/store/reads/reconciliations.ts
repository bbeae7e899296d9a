/** Reconciliations, and what they found, as clients see them. */
import type { Instant } from '../../domain/instant.ts';
import type { ProviderName } from '../../domain/paymentProvider.ts';
import type { FindingKind } from '../../domain/reconciliation.ts';

/** Of one currency, in minor units as text. */
export interface ReconciledTotals {
  readonly currency: string;
  readonly captured: string;
  readonly recorded: string;
  readonly foreign: string;
  readonly refunded: string;
  readonly recorded_refunds: string;
}

export interface ReconciliationRow {
  readonly id: string;
  readonly provider: ProviderName;
  readonly period_start: Instant;
  readonly period_end: Instant;
  readonly status: 'running' | 'completed';
  readonly mended: number;
  readonly open_findings: number;
  readonly totals: readonly ReconciledTotals[];
  readonly metadata: Record<string, string>;
  readonly created: Instant;
  readonly completed_at: Instant | null;
}

export const selectReconciliations = `
  SELECT t.id, t.provider, t.period_start, t.period_end, t.status, t.mended, t.totals, t.metadata, t.created, t.completed_at,
         (SELECT count(*)::int FROM reconciliation_findings f
           WHERE f.reconciliation_id = t.id AND f.resolved_at IS NULL) AS open_findings
    FROM reconciliations t`;

export interface FindingRow {
  readonly id: string;
  readonly provider: ProviderName;
  readonly kind: FindingKind;
  readonly reference: string;
  readonly payment_id: string | null;
  readonly refund_id: string | null;
  readonly expected: FoundRecord | null;
  readonly actual: FoundRecord;
  readonly reconciliation_id: string | null;
  readonly metadata: Record<string, string>;
  readonly created: Instant;
  readonly last_seen_at: Instant;
  readonly resolved_at: Instant | null;
  readonly resolution: string | null;
}

/** As either side has it; amounts in minor units as text. */
export interface FoundRecord {
  readonly status: string | null;
  readonly amount?: string;
  readonly currency?: string;
}

export const selectFindings = `
  SELECT t.id, t.provider, t.kind, t.reference, t.payment_id, t.refund_id, t.expected, t.actual, t.reconciliation_id, t.metadata,
         t.created, t.last_seen_at, t.resolved_at, t.resolution
    FROM reconciliation_findings t`;
