/** Keys that tokens are signed with, one for each purpose: made once, and never out of the database and this process. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Queryable } from './database.ts';

export type SigningPurpose = 'pay_link' | 'invitation';

/** 43 characters; the same content always has the same one. */
export async function sign(db: Queryable, purpose: SigningPurpose, content: string): Promise<string> {
  return createHmac('sha256', await signingKey(db, purpose))
    .update(content)
    .digest('base64url');
}

export async function isSignedBy(
  db: Queryable,
  purpose: SigningPurpose,
  content: string,
  given: string,
): Promise<boolean> {
  const expected = Buffer.from(await sign(db, purpose, content));
  const signature = Buffer.from(given);
  return signature.length === expected.length && timingSafeEqual(signature, expected);
}

/** Whoever needs it first makes it; of two at once one is kept. */
async function signingKey(db: Queryable, purpose: SigningPurpose): Promise<Buffer> {
  const read = () => db.query<{ key: Buffer }>(`SELECT key FROM signing_keys WHERE purpose = $1`, [purpose]);
  let [row] = (await read()).rows;
  if (!row) {
    await db.query(
      `INSERT INTO signing_keys (purpose, key) VALUES ($1, $2) ON CONFLICT (purpose) DO NOTHING`,
      [purpose, randomBytes(32)],
    );
    [row] = (await read()).rows;
  }
  if (!row) throw new Error(`there is no key to sign with for ${purpose}`);
  return row.key;
}
