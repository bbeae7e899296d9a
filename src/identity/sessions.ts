/** Sessions of browsers: opened by a sign-in, each with a new secret, and ended by whoever has them. */
import type { IdentityProviderId, SessionId, UserId } from '../domain/ids.ts';
import { addMilliseconds, type Instant } from '../domain/instant.ts';
import type { Queryable } from '../store/database.ts';
import {
  findOpenSession,
  insertSession,
  listOpenSessions,
  noteSessionUse,
  type SessionRow,
} from '../store/organizations/sessions.ts';
import { newToken } from '../store/organizations/tokens.ts';
import { newId } from '../store/newId.ts';

const hourMs = 60 * 60 * 1000;
/** It ends when it was not used for a day, and after two weeks however much it was. */
export const sessionIdleMs = 24 * hourMs;
export const sessionMs = 14 * 24 * hourMs;

export interface OpenedSession {
  readonly id: SessionId;
  /** For the cookie; nowhere else. */
  readonly token: string;
  readonly expiresAt: Instant;
}

export async function openSession(
  db: Queryable,
  input: {
    readonly userId: UserId;
    readonly providerId: IdentityProviderId | null;
    readonly userAgent: string;
    readonly now: Instant;
  },
): Promise<OpenedSession> {
  const { userId, providerId, userAgent, now } = input;
  const opened = { id: newId('session'), token: newToken(), expiresAt: addMilliseconds(now, sessionMs) };
  await insertSession(db, opened.token, {
    id: opened.id,
    userId,
    providerId,
    userAgent: userAgent.slice(0, 300),
    created: now,
    expiresAt: opened.expiresAt,
  });
  return opened;
}

/** The session of a cookie, used now; undefined where it is over, or its user was deactivated. */
export async function useSession(
  db: Queryable,
  token: string,
  now: Instant,
): Promise<SessionRow | undefined> {
  const session = await findOpenSession(db, token, now, addMilliseconds(now, -sessionIdleMs));
  if (session) await noteSessionUse(db, session, now);
  return session;
}

/** Newest first; 100 at most. */
export async function listSessions(
  db: Queryable,
  userId: UserId,
  now: Instant,
): Promise<readonly SessionRow[]> {
  return listOpenSessions(db, userId, now, addMilliseconds(now, -sessionIdleMs));
}
