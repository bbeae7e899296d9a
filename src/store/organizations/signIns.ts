/** Sign-ins on their way: made when somebody is sent to a provider, taken when they come back. */
import type { IdentityProviderId, UserId } from '../../domain/ids.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import type { Queryable } from '../database.ts';
import { hashOf } from './secrets.ts';

export interface SignInRow {
  readonly provider_id: IdentityProviderId | null;
  readonly code_verifier: string;
  readonly nonce: string;
  readonly return_to: string;
  readonly user_id: UserId | null;
  readonly expires_at: Instant;
}

/** Removes those that are over at the same time, a few: nobody else does. */
export async function insertSignIn(
  db: Queryable,
  { state, browser }: { readonly state: string; readonly browser: string },
  row: SignInRow,
  now: Instant,
): Promise<void> {
  await db.query(
    `WITH over AS (DELETE FROM sign_ins WHERE state_hash IN (
       SELECT state_hash FROM sign_ins WHERE expires_at < $9 LIMIT 100 FOR UPDATE SKIP LOCKED))
     INSERT INTO sign_ins (state_hash, browser_hash, provider_id, code_verifier, nonce, return_to, user_id, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      hashOf(state),
      hashOf(browser),
      row.provider_id,
      row.code_verifier,
      row.nonce,
      row.return_to,
      row.user_id,
      formatInstant(row.expires_at),
      formatInstant(now),
    ],
  );
}

/** Takes it, so that nobody takes it again. Undefined where there is none of that state and that browser. */
export async function takeSignIn(
  db: Queryable,
  { state, browser }: { readonly state: string; readonly browser: string },
): Promise<SignInRow | undefined> {
  const { rows } = await db.query<SignInRow>(
    `DELETE FROM sign_ins WHERE state_hash = $1 AND browser_hash = $2
     RETURNING provider_id, code_verifier, nonce, return_to, user_id, expires_at`,
    [hashOf(state), hashOf(browser)],
  );
  return rows[0];
}
