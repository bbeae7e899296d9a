/** Payment methods as clients see them. */
import type { CustomerId, PaymentMethodId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';

export interface PaymentMethodRow {
  readonly id: PaymentMethodId;
  readonly customer_id: CustomerId;
  readonly type: string;
  /** What was attached before cards told it has no end. */
  readonly card: {
    readonly brand: string;
    readonly last4: string;
    readonly exp_month?: number;
    readonly exp_year?: number;
  } | null;
  readonly is_default: boolean;
  readonly backup_priority: number | null;
  readonly test_clock_id: string | null;
  readonly metadata: Record<string, string>;
  readonly created: Instant;
}

/** Methods that are not detached. */
export const selectPaymentMethods = `
  SELECT t.id, t.customer_id, t.type, t.card, c.default_payment_method_id IS NOT DISTINCT FROM t.id AS is_default,
         t.backup_priority,
         c.test_clock_id, t.metadata, t.created
    FROM (SELECT * FROM payment_methods WHERE detached_at IS NULL) t
    JOIN customers c ON c.id = t.customer_id`;
