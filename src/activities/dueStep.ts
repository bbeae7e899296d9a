/** A step of billing that is done for many at once: claimed and done in one transaction, or set aside one by one. */
import type { PoolClient } from 'pg';
import { isDatabaseAway, inTransaction } from '../store/database.ts';
import type { DueScope } from '../store/dueScope.ts';
import type { Instant } from '../domain/instant.ts';
import { clearSetAsides, setAside } from '../store/setAsides.ts';
import type { Dependencies } from './dependencies.ts';

/** Subjects a transaction; more gain nothing and hold their locks longer. */
export const batchSize = 250;

export interface DueStep {
  readonly name: string;
  /** The scope that holds one subject alone. */
  single(subjectId: string): DueScope;
  /** Claims what is due, tells which, and does it. */
  run(
    tx: PoolClient,
    scope: DueScope,
    now: Instant,
    limit: number,
    claimed: (subjectIds: readonly string[]) => void,
  ): Promise<void>;
}

/**
 * Does one batch of a step and returns how many subjects it claimed: 0 means that nothing is due. Where a batch of many
 * fails, each is tried alone, and what fails again is set aside with its reason. Where one was asked for by name, the
 * failure is thrown.
 */
export async function runDueStep(
  deps: Dependencies,
  step: DueStep,
  scope: DueScope,
  now: Instant,
): Promise<number> {
  let subjects: readonly string[] = [];
  const attempt = (within: DueScope) =>
    inTransaction(deps.pool, async (tx) => {
      await step.run(tx, within, now, batchSize, (ids) => (subjects = ids));
      if (subjects.length > 0) await clearSetAsides(tx, subjects);
    });
  try {
    await attempt(scope);
  } catch (error) {
    const [first = ''] = subjects;
    const alone = subjects.length === 1 && scope.kind === step.single(first).kind;
    if (alone || subjects.length === 0 || isDatabaseAway(error)) throw error;
    deps.logger.warn(
      { step: step.name, subjects: subjects.length, error },
      'batch failed, trying one by one',
    );
    await oneByOne(deps, step, subjects, now);
  }
  return subjects.length;
}

async function oneByOne(
  deps: Dependencies,
  step: DueStep,
  subjects: readonly string[],
  now: Instant,
): Promise<void> {
  for (const subject of subjects) {
    try {
      await inTransaction(deps.pool, (tx) => step.run(tx, step.single(subject), now, 1, () => undefined));
      await clearSetAsides(deps.pool, [subject]);
    } catch (error) {
      if (isDatabaseAway(error)) throw error;
      deps.logger.error({ step: step.name, subject, error }, 'set aside');
      await setAside(deps.pool, subject, step.name, error instanceof Error ? error.message : String(error));
    }
  }
}
