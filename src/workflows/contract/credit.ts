/** Credit: short workflows, so that what is bought is also billed. */
import type { CreditGrantId, CustomerId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { LineScope } from '../../domain/lineScope.ts';

export const creditGrantWorkflowId = (id: CreditGrantId) => `credit-grant/${id}`;
export const autoTopUpWorkflowId = (operationId: string) => `auto-top-up/${operationId}`;

export interface GrantCredit {
  /** Derives from the operation: run again, it grants nothing twice. */
  readonly creditGrantId: CreditGrantId;
  readonly customerId: CustomerId;
  /** In minor units, as text: payloads know no bigint. */
  readonly amount: string;
  /** Null: the customer's. */
  readonly currency: string | null;
  readonly name: string | null;
  readonly priority: number;
  /** Null: now. */
  readonly effectiveAt: Instant | null;
  /** Null: never. */
  readonly expiresAt: Instant | null;
  readonly appliesTo: LineScope;
  readonly paid: boolean;
}

export interface VoidCreditGrant {
  readonly operationId: string;
  readonly creditGrantId: CreditGrantId;
}

export interface SetAutoTopUp {
  readonly operationId: string;
  readonly customerId: CustomerId;
  /** Amounts in minor units. */
  readonly autoTopUp: {
    readonly threshold: number;
    readonly amount: number;
    readonly expires_after_days: number | null;
    readonly priority: number;
  } | null;
}
