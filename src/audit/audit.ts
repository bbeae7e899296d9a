/** Checks a database against what always holds: `npm run audit`. */
import type { Pool } from 'pg';
import { recomputeUsage } from './recompute.ts';
import { recomputeRecurring } from './recurring.ts';
import { recountRollups } from './rollups.ts';
import { auditLogRules } from './rules/auditLog.ts';
import { creditRules } from './rules/credit.ts';
import { invoiceRules } from './rules/invoices.ts';
import { paymentRules } from './rules/payments.ts';
import { subscriptionRules } from './rules/subscriptions.ts';

const rules = [...subscriptionRules, ...invoiceRules, ...creditRules, ...paymentRules, ...auditLogRules];

export interface Violation {
  /** The number of its section in semantics.md. */
  readonly rule: string;
  readonly id: string;
  readonly message: string;
}

/** Every violation, by rule and id; none where the books are right. */
export async function audit(pool: Pool): Promise<Violation[]> {
  const violations: Violation[] = [];
  for (const rule of rules) {
    const { rows } = await pool.query<{ id: string; message: string }>(rule.sql);
    violations.push(
      ...rows.map(({ id, message }) => ({ rule: rule.number, id, message: `${rule.says}: ${message}` })),
    );
  }
  return [
    ...violations,
    ...(await recomputeRecurring(pool)),
    ...(await recountRollups(pool)),
    ...(await recomputeUsage(pool)),
  ];
}
