/**
 * Personal keys for terminals, which have no browser (RFC 8628): the terminal shows a short code, its user types that in a
 * browser and approves, and the terminal is given a key, once.
 */
import { randomInt } from 'node:crypto';
import { BillingError } from '../domain/errors.ts';
import type { KeyId, UserId } from '../domain/ids.ts';
import { addMilliseconds, type Instant } from '../domain/instant.ts';
import { freeName, requireName } from '../organizations/names.ts';
import { createPersonalKeyIn } from '../organizations/personalKeys.ts';
import type { OrganizationDependencies } from '../organizations/request.ts';
import { inTransaction } from '../store/database.ts';
import {
  decideCode,
  findWaitingCode,
  insertDeviceCode,
  lockDeviceCode,
  noteKey,
  notePoll,
  type DeviceCodeRow,
} from '../store/organizations/deviceCodes.ts';
import { newToken } from '../store/organizations/tokens.ts';

/** Consonants: none is taken for another or for a digit, and they spell no word (RFC 8628, 6.1). */
const letters = 'BCDFGHJKLMNPQRSTVWXZ';
const codeMs = 15 * 60 * 1000;
const intervalSeconds = 5;
/** What who asks too fast waits longer, each time. */
const slowDownSeconds = 5;
/** Of the key, from when it is given. */
const keyMs = 90 * 24 * 60 * 60 * 1000;

export interface StartedDevice {
  readonly deviceCode: string;
  /** As people read it: `BCDF-GHJK`. */
  readonly userCode: string;
  readonly expiresInSeconds: number;
  readonly intervalSeconds: number;
}

/** Throws a `BillingError` 400 for a name that could not be one of a key. */
export async function startDevice(
  { pool }: OrganizationDependencies,
  clientName: string,
  now: Instant,
): Promise<StartedDevice> {
  requireName(freeName, clientName);
  const deviceCode = newToken();
  for (;;) {
    const code = Array.from({ length: 8 }, () => letters[randomInt(letters.length)] ?? '').join('');
    const isFree = await insertDeviceCode(pool, deviceCode, {
      user_code: code,
      client_name: clientName,
      created: now,
      expires_at: addMilliseconds(now, codeMs),
      interval_seconds: intervalSeconds,
    });
    if (!isFree) continue;
    return { deviceCode, userCode: shown(code), expiresInSeconds: codeMs / 1000, intervalSeconds };
  }
}

/** Who waits for that code; undefined where nobody does. However it was typed: small letters, spaces, no dash. */
export async function findDevice(
  { pool }: OrganizationDependencies,
  typed: string,
  now: Instant,
): Promise<
  { readonly userCode: string; readonly clientName: string; readonly created: Instant } | undefined
> {
  const row = await findWaitingCode(pool, normal(typed), now);
  return row && { userCode: shown(row.user_code), clientName: row.client_name, created: row.created };
}

/** Decided once: false where nobody waits for that code any more. */
export async function decideDevice(
  { pool }: OrganizationDependencies,
  typed: string,
  decision: 'approved' | 'denied',
  userId: UserId,
  now: Instant,
): Promise<boolean> {
  return decideCode(pool, normal(typed), decision, userId, now);
}

export type DeviceAnswer =
  | { readonly kind: 'key'; readonly keyId: KeyId; readonly secret: string; readonly expiresAt: Instant }
  /** As RFC 8628, 3.5, and RFC 6749, 5.2, call them. */
  | {
      readonly kind: 'error';
      readonly error:
        'authorization_pending' | 'slow_down' | 'access_denied' | 'expired_token' | 'invalid_grant';
    };

/** The key of an approved code, once: who asks again, or at the same time, gets `invalid_grant`. */
export async function answerDevice(
  deps: OrganizationDependencies,
  deviceCode: string,
  requestId: string,
  now: Instant,
): Promise<DeviceAnswer> {
  return inTransaction(deps.pool, async (tx) => {
    const row = await lockDeviceCode(tx, deviceCode);
    const error = row ? refusalOf(row, now) : 'invalid_grant';
    if (error === 'authorization_pending' || error === 'slow_down') {
      const slower = error === 'slow_down' ? slowDownSeconds : 0;
      await notePoll(tx, deviceCode, now, (row?.interval_seconds ?? intervalSeconds) + slower);
    }
    if (error !== undefined || !row || row.user_id === null) {
      return { kind: 'error', error: error ?? 'invalid_grant' };
    }
    const request = { actor: { kind: 'user', userId: row.user_id, keyId: null } as const, requestId, now };
    const expiresAt = addMilliseconds(now, keyMs);
    try {
      const { keyId, secret } = await createPersonalKeyIn(tx, request, { name: row.client_name, expiresAt });
      await noteKey(tx, deviceCode, keyId);
      return { kind: 'key', keyId, secret, expiresAt };
    } catch (failed) {
      // The user was deactivated after it approved.
      if (failed instanceof BillingError) return { kind: 'error', error: 'access_denied' };
      throw failed;
    }
  });
}

function refusalOf(row: DeviceCodeRow, now: Instant) {
  if (row.key_id !== null) return 'invalid_grant';
  if (row.expires_at <= now) return 'expired_token';
  if (row.decision === 'denied') return 'access_denied';
  if (row.decision === 'approved') return undefined;
  const isTooFast = row.polled_at !== null && now - row.polled_at < row.interval_seconds * 1000;
  return isTooFast ? 'slow_down' : 'authorization_pending';
}

function normal(typed: string): string {
  return typed.toUpperCase().replace(/[^A-Z]/g, '');
}

function shown(code: string): string {
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}
