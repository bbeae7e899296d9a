/** A method that was given on the pay page and that the customer's bank refuses is not kept, so that nobody chooses it again. */
import type { PaymentId } from '../domain/ids.ts';
import { inTransaction } from '../store/database.ts';
import { endTrial, findRefusedMethods } from '../store/methodsOnTrial.ts';
import { markDetached } from '../store/paymentMethodChanges.ts';
import type { Dependencies } from './dependencies.ts';

const atMost = 1000;

/**
 * Of one attempt, or of all: also where the customer never came back, or who was to do it has died. Throws where a provider
 * cannot be reached; what is left is dropped the next time.
 */
export async function dropRefusedMethods(deps: Dependencies, id: PaymentId | null): Promise<void> {
  for (const method of await findRefusedMethods(deps.pool, id, atMost)) {
    await inTransaction(deps.pool, (tx) => markDetached(tx, method.customer_id, method.id));
    await deps.payments.named(method.provider).detach(method.reference);
    await endTrial(deps.pool, method.id);
  }
}
