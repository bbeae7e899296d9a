/** The dunning of an invoice as clients and operators see it: what was done, what comes next. */
import { nextStepAt, planDunning, type DunningPolicy, type PlannedStep } from '../../domain/dunning.ts';
import type { InvoiceId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Amount } from '../../domain/money.ts';
import type { Queryable } from '../database.ts';

interface Row {
  readonly campaign_id: string;
  readonly campaign_code: string;
  readonly version: number;
  readonly policy: DunningPolicy;
  readonly timezone: string;
  readonly started_at: Instant;
  readonly counted_from: Instant;
  readonly reason: string;
  readonly amount: Amount;
  readonly position: number;
  readonly next_attempt_at: Instant | null;
  readonly next_step_at: Instant | null;
  readonly paused_at: Instant | null;
  readonly promised_until: Instant | null;
  /** Whether a promise runs, by the customer's clock. */
  readonly promised: boolean;
  readonly ended_at: Instant | null;
  readonly ended_by: 'paid' | 'void' | 'uncollectible' | 'final_action' | null;
  readonly taken: readonly {
    readonly position: number;
    readonly taken_at: string;
    readonly status: 'done' | 'skipped';
    readonly outcome: string;
  }[];
}

export interface ShownStep {
  readonly position: number;
  readonly action: PlannedStep['action'];
  /** Of a notice that names its kind. */
  readonly kind: string | null;
  readonly dueAt: Instant;
  readonly status: 'done' | 'skipped' | 'upcoming' | 'canceled';
  readonly takenAt: Instant | null;
  readonly outcome: string | null;
}

export interface Dunning extends Omit<Row, 'taken' | 'timezone'> {
  readonly steps: readonly ShownStep[];
}

/** Undefined where it has not begun. */
export async function readDunning(db: Queryable, id: InvoiceId): Promise<Dunning | undefined> {
  const { rows } = await db.query<Row>(
    `SELECT d.campaign_id, m.code AS campaign_code, d.campaign_version AS version, v.policy, c.timezone, d.started_at,
            d.counted_from, d.reason, d.amount, d.position, i.next_attempt_at, d.next_step_at, d.paused_at, d.promised_until,
            coalesce(d.promised_until > coalesce(k.frozen_time, now()), false) AS promised, d.ended_at, d.ended_by,
            (SELECT coalesce(json_agg(json_build_object('position', s.position, 'taken_at', s.taken_at, 'status', s.status,
                                                        'outcome', s.outcome)), '[]')
               FROM collection_steps s WHERE s.invoice_id = d.invoice_id) AS taken
       FROM collections d
       JOIN invoices i ON i.id = d.invoice_id
       JOIN customers c ON c.id = d.customer_id
       LEFT JOIN test_clocks k ON k.id = d.test_clock_id
       JOIN dunning_campaigns m ON m.id = d.campaign_id
       JOIN dunning_campaign_versions v ON v.campaign_id = d.campaign_id AND v.version = d.campaign_version
      WHERE d.invoice_id = $1`,
    [id],
  );
  const [row] = rows;
  if (!row) return undefined;
  const { taken, timezone, ...shown } = row;
  const plan = planDunning(row.policy, row.counted_from, timezone);
  const takenAt = new Map(taken.map((step) => [step.position, step]));
  return {
    ...shown,
    steps: plan.map((step): ShownStep => {
      const done = takenAt.get(step.position);
      const action = { position: step.position, action: step.action };
      const kind = row.policy.steps[step.position]?.kind ?? null;
      if (done) {
        const at = Date.parse(done.taken_at) as Instant;
        return { ...action, kind, dueAt: step.at, status: done.status, takenAt: at, outcome: done.outcome };
      }
      const over = row.ended_at !== null || step.position < row.position;
      const dueAt =
        over || row.paused_at !== null
          ? step.at
          : (nextStepAt(plan, {
              position: step.position,
              pausedAt: null,
              promisedUntil: row.promised_until,
            }) ?? step.at);
      return { ...action, kind, dueAt, status: over ? 'canceled' : 'upcoming', takenAt: null, outcome: null };
    }),
  };
}
