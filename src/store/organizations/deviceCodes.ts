/** Codes of terminals that wait for a key (RFC 8628): the terminal has one, its user types the other. */
import type { KeyId, UserId } from '../../domain/ids.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import type { Queryable } from '../database.ts';
import { hashOf } from './secrets.ts';

export interface DeviceCodeRow {
  readonly user_code: string;
  readonly client_name: string;
  readonly created: Instant;
  readonly expires_at: Instant;
  readonly polled_at: Instant | null;
  readonly interval_seconds: number;
  readonly user_id: UserId | null;
  readonly decision: 'approved' | 'denied' | null;
  readonly key_id: KeyId | null;
}

const columns = `user_code, client_name, created, expires_at, polled_at, interval_seconds, user_id, decision, key_id`;

/** False where the user code is taken: choose another. Removes some of those that are long over at the same time. */
export async function insertDeviceCode(
  db: Queryable,
  deviceCode: string,
  row: Pick<DeviceCodeRow, 'user_code' | 'client_name' | 'created' | 'expires_at' | 'interval_seconds'>,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `WITH over AS (DELETE FROM device_codes WHERE device_code_hash IN (
       SELECT device_code_hash FROM device_codes WHERE expires_at < $4::timestamptz - interval '1 day'
        LIMIT 100 FOR UPDATE SKIP LOCKED))
     INSERT INTO device_codes (device_code_hash, user_code, client_name, created, expires_at, interval_seconds)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (user_code) DO NOTHING`,
    [
      hashOf(deviceCode),
      row.user_code,
      row.client_name,
      formatInstant(row.created),
      formatInstant(row.expires_at),
      row.interval_seconds,
    ],
  );
  return rowCount === 1;
}

/** One that nobody has decided on, and that is not over. */
export async function findWaitingCode(
  db: Queryable,
  userCode: string,
  now: Instant,
): Promise<DeviceCodeRow | undefined> {
  const { rows } = await db.query<DeviceCodeRow>(
    `SELECT ${columns} FROM device_codes WHERE user_code = $1 AND decision IS NULL AND expires_at > $2`,
    [userCode, formatInstant(now)],
  );
  return rows[0];
}

/** Whether it was waiting, and is decided now. */
export async function decideCode(
  db: Queryable,
  userCode: string,
  decision: 'approved' | 'denied',
  userId: UserId,
  now: Instant,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE device_codes SET decision = $2, user_id = $3
      WHERE user_code = $1 AND decision IS NULL AND expires_at > $4`,
    [userCode, decision, userId, formatInstant(now)],
  );
  return rowCount === 1;
}

/** Locked: of a terminal that asks twice at once, one is answered after the other. */
export async function lockDeviceCode(db: Queryable, deviceCode: string): Promise<DeviceCodeRow | undefined> {
  const { rows } = await db.query<DeviceCodeRow>(
    `SELECT ${columns} FROM device_codes WHERE device_code_hash = $1 FOR UPDATE`,
    [hashOf(deviceCode)],
  );
  return rows[0];
}

export async function notePoll(
  db: Queryable,
  deviceCode: string,
  now: Instant,
  intervalSeconds: number,
): Promise<void> {
  await db.query(
    `UPDATE device_codes SET polled_at = $2, interval_seconds = $3 WHERE device_code_hash = $1`,
    [hashOf(deviceCode), formatInstant(now), intervalSeconds],
  );
}

export async function noteKey(db: Queryable, deviceCode: string, keyId: KeyId): Promise<void> {
  await db.query(`UPDATE device_codes SET key_id = $2 WHERE device_code_hash = $1`, [
    hashOf(deviceCode),
    keyId,
  ]);
}
