/** Attempts without an end are looked up at their provider, without ever making one. */
import type { ProviderName } from '../domain/paymentProvider.ts';
import { inTransaction } from '../store/database.ts';
import type { InFlightPayment } from '../store/providerRecords.ts';
import { knownOutcome, nameOf } from './askProviders.ts';
import type { Dependencies } from './dependencies.ts';
import { currentTime } from './now.ts';
import { recordOutcomes } from './paymentOutcomes.ts';
import { tellCollections } from './tellCollections.ts';

/** Records what is known by now; returns for how many that was news. */
export async function lookUpAttempts(
  deps: Dependencies,
  provider: ProviderName,
  attempts: readonly InFlightPayment[],
): Promise<number> {
  if (attempts.length === 0) return 0;
  const outcomes = await deps.payments.named(provider).lookUp(attempts.map(nameOf));
  let news = 0;
  for (const [index, attempt] of attempts.entries()) {
    const known = knownOutcome(attempt, outcomes[index]);
    if (known.length === 0) continue;
    const now = await currentTime(deps.pool, attempt.test_clock_id);
    const settled = await inTransaction(deps.pool, (tx) => recordOutcomes(tx, known, now));
    news += settled.length;
    await tellCollections(deps, settled);
  }
  return news;
}
