/** Mutations with a client's id: made once for each actor, their result told again. */
import type { Queryable } from '../database.ts';

export type ClaimedMutation<Result> =
  | { readonly state: 'mine' }
  | { readonly state: 'made'; readonly result: Result }
  | { readonly state: 'other_input' };

/**
 * Takes the id for this transaction, waiting for another that has it; where that is undone the id is free again. `saveResult`
 * must follow in the same transaction.
 */
export async function claimClientMutation<Result>(
  db: Queryable,
  actor: string,
  id: string,
  fingerprint: Buffer,
): Promise<ClaimedMutation<Result>> {
  const { rowCount } = await db.query(
    `INSERT INTO client_mutations (actor, client_mutation_id, fingerprint, result) VALUES ($1, $2, $3, '{}')
     ON CONFLICT DO NOTHING`,
    [actor, id, fingerprint],
  );
  if (rowCount === 1) return { state: 'mine' };
  const { rows } = await db.query<{ fingerprint: Buffer; result: Result }>(
    `SELECT fingerprint, result FROM client_mutations WHERE actor = $1 AND client_mutation_id = $2`,
    [actor, id],
  );
  const [row] = rows;
  if (!row) throw new Error('a client mutation is there and is not');
  return row.fingerprint.equals(fingerprint)
    ? { state: 'made', result: row.result }
    : { state: 'other_input' };
}

export async function saveMutationResult(
  db: Queryable,
  actor: string,
  id: string,
  result: object,
): Promise<void> {
  await db.query(`UPDATE client_mutations SET result = $3 WHERE actor = $1 AND client_mutation_id = $2`, [
    actor,
    id,
    JSON.stringify(result),
  ]);
}
