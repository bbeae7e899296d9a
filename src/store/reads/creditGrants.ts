/** Credit grants as clients see them, and where their credit has gone. */
import type { CreditGrantId, CustomerId, InvoiceId, TestClockId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { LineScope } from '../../domain/lineScope.ts';
import type { Amount } from '../../domain/money.ts';
import type { GrantStatus } from '../grantChanges.ts';

export interface CreditGrantRow {
  readonly id: CreditGrantId;
  readonly customer_id: CustomerId;
  readonly test_clock_id: TestClockId | null;
  readonly name: string | null;
  readonly currency: string;
  readonly amount: Amount;
  readonly remaining: Amount;
  readonly paid: boolean;
  readonly top_up: boolean;
  readonly priority: number;
  readonly applies_to: LineScope;
  readonly status: GrantStatus;
  readonly invoice_id: InvoiceId | null;
  readonly effective_at: Instant;
  readonly expires_at: Instant | null;
  readonly ended_at: Instant | null;
  readonly metadata: Record<string, string>;
  readonly created: Instant;
  readonly clock_status: 'ready' | 'advancing' | 'deleted' | null;
}

export const selectCreditGrants = `
  SELECT t.id, t.customer_id, t.test_clock_id, t.name, t.currency, t.amount, t.remaining, t.paid, t.top_up, t.priority,
         t.applies_to, t.status, t.invoice_id, t.effective_at, t.expires_at, t.ended_at, t.metadata, t.created,
         c.status AS clock_status
    FROM credit_grants t
    LEFT JOIN test_clocks c ON c.id = t.test_clock_id`;

export interface CreditMovementRow {
  readonly id: string;
  readonly credit_grant_id: CreditGrantId;
  readonly kind: 'applied' | 'returned' | 'expired' | 'voided' | 'taken_back';
  readonly source_id: string;
  /** What left the grant; of what returned to it, a negative amount. */
  readonly amount: Amount;
  readonly created: Instant;
}

/** A movement has no id of its own: its place among all, of one width so that texts sort as numbers do. */
export const selectCreditMovements = `
  SELECT t.*
    FROM (SELECT 'cgm_' || lpad(sequence::text, 19, '0') AS id, credit_grant_id, kind, source_id, amount, created
            FROM credit_movements) t`;
