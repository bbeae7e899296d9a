/** Personal keys, which act as their user: made in a session, or by an operator for somebody; told to the installation's log. */
import type { PoolClient } from 'pg';
import { BillingError, notFound } from '../domain/errors.ts';
import type { KeyId, UserId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { inTransaction } from '../store/database.ts';
import { newId } from '../store/newId.ts';
import { insertKey, revokeKey, selectKeys, type KeyRow } from '../store/organizations/keys.ts';
import { readByIds, readWindow, type Slice, type Window } from '../store/organizations/keyset.ts';
import { newKeySecret } from '../store/organizations/secrets.ts';
import { selectUsers, type UserRow } from '../store/organizations/users.ts';
import { readOne } from '../store/reads/page.ts';
import { once, tellDone, type Changed } from './change.ts';
import { DeniedError, hidden, telling, unauthenticated } from './denial.ts';
import { blank, requireForm, type MadeKey } from './keys.ts';
import type { OrganizationDependencies, Request } from './request.ts';

/**
 * A user makes one for itself in a session: a key that made others could not be revoked. Operators that may write make one
 * for the user whom they name. Throws a `BillingError` 401, 403, and 404 for a user that is not there.
 */
export async function createPersonalKey(
  deps: OrganizationDependencies,
  request: Request,
  input: {
    readonly name: string;
    readonly expiresAt?: Instant | null | undefined;
    readonly userId?: UserId | undefined;
  },
): Promise<MadeKey> {
  requireForm(input, request.now);
  return telling(deps, request, async () => {
    holderOf(request, input.userId);
    return inTransaction(deps.pool, async (tx) => {
      let secret: string | null = null;
      const made = await once(tx, request, 'key.create', input, async () => {
        const created = await createPersonalKeyIn(tx, request, input);
        secret = created.secret;
        return { keyId: created.keyId };
      });
      return { ...made, secret };
    });
  });
}

/** The same within a transaction, which must be told of a denial by itself. */
export async function createPersonalKeyIn(
  tx: PoolClient,
  request: Request,
  { name, expiresAt = null, userId: named }: Parameters<typeof createPersonalKey>[2],
): Promise<{ readonly keyId: KeyId; readonly secret: string }> {
  const userId = holderOf(request, named);
  const user = await readOne<UserRow>(tx, selectUsers, userId);
  if (!user || user.deactivated_at !== null) throw notFound('user', userId, 'user');
  const keyId = newId('key');
  const secret = newKeySecret('personal');
  const row = { ...blank(request, keyId, name, expiresAt), kind: 'personal' as const, user_id: userId };
  await insertKey(tx, secret, row);
  await tellDone(tx, request, 'key.create', 'installation', {
    resource: keyId,
    before: null,
    after: { kind: 'personal', name, user: userId },
  });
  return { keyId, secret };
}

function holderOf({ actor }: Request, named: UserId | undefined): UserId {
  if (actor.kind === 'anonymous') throw unauthenticated();
  if (actor.kind === 'operator' && actor.mayWrite) {
    if (named !== undefined) return named;
    throw new BillingError(400, 'user_missing', 'Say whose key it is.', 'user');
  }
  if (actor.kind === 'user' && actor.keyId === null && (named ?? actor.userId) === actor.userId) {
    return actor.userId;
  }
  throw new DeniedError({
    action: 'key.create',
    permission: null,
    resource: 'installation',
    chain: 'installation',
    decision: {
      allowed: false,
      reason: actor.kind === 'operator' ? 'key_is_read_only' : 'no_role_allows_it',
      path: [],
    },
  });
}

/** One's own, by a session or by a key of one's own; any by an operator. Another's does not exist. */
export async function revokePersonalKey(
  deps: OrganizationDependencies,
  request: Request,
  keyId: KeyId,
): Promise<Changed<{ keyId: KeyId }>> {
  const { actor } = request;
  if (actor.kind === 'anonymous') throw unauthenticated();
  return telling(deps, request, () =>
    inTransaction(deps.pool, (tx) =>
      once(tx, request, 'key.revoke', { keyId }, async () => {
        const row = (await readByIds<KeyRow>(tx, selectKeys, [keyId])).get(keyId);
        const isOwn = actor.kind === 'user' && row?.user_id === actor.userId;
        const isOperators = actor.kind === 'operator' && actor.mayWrite;
        if (row?.kind !== 'personal' || !(isOwn || isOperators)) throw hidden('key.revoke', null, keyId);
        if (row.revoked_at !== null) return { keyId };
        await revokeKey(tx, keyId, request.now);
        await tellDone(tx, request, 'key.revoke', 'installation', {
          resource: keyId,
          before: { kind: row.kind, name: row.name },
          after: null,
        });
        return { keyId };
      }),
    ),
  );
}

/** One's own. */
export async function listPersonalKeys(
  deps: OrganizationDependencies,
  { actor }: Pick<Request, 'actor'>,
  window: Window,
): Promise<Slice<KeyRow>> {
  if (actor.kind !== 'user') return { rows: [], hasNextPage: false, hasPreviousPage: false };
  return readWindow(deps.pool, selectKeys, [['user_id', actor.userId]], window);
}
