/** Providers are asked about many attempts at once; where that fails for many, about each alone, and what fails is set aside. */
import type { InvoiceId, PaymentId } from '../domain/ids.ts';
import { isDatabaseAway } from '../store/database.ts';
import { setAside } from '../store/setAsides.ts';
import type { Dependencies } from './dependencies.ts';

interface Attempt {
  readonly id: PaymentId;
  readonly invoice_id: InvoiceId;
}

/** `ask` records what it learns, and returns the invoices of which an attempt has come to an end; so does this. */
export async function settleAttempts<Asked extends Attempt>(
  deps: Dependencies,
  attempts: readonly Asked[],
  ask: (attempts: readonly Asked[]) => Promise<InvoiceId[]>,
): Promise<InvoiceId[]> {
  if (attempts.length === 0) return [];
  try {
    return await ask(attempts);
  } catch (error) {
    if (isDatabaseAway(error)) throw error;
    deps.logger.warn({ payments: attempts.length, error }, 'payments failed, trying one by one');
  }
  const settled: InvoiceId[] = [];
  for (const attempt of attempts) {
    try {
      settled.push(...(await ask([attempt])));
    } catch (error) {
      if (isDatabaseAway(error)) throw error;
      deps.logger.error({ payment: attempt.id, error }, 'set aside');
      const reason = error instanceof Error ? error.message : String(error);
      await setAside(deps.pool, attempt.invoice_id, 'settle', reason);
    }
  }
  return settled;
}
