/** Whether a mutation was made before, by the id that its client gave it. */
import type { Queryable } from '../database.ts';

export async function hasClientMutation(db: Queryable, actor: string, id: string): Promise<boolean> {
  const { rows } = await db.query(
    'SELECT FROM client_mutations WHERE actor = $1 AND client_mutation_id = $2',
    [actor, id],
  );
  return rows.length > 0;
}
