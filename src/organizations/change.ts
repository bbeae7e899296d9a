/**
 * The frame of every change: decided, made, told to the audit log and to the log of events in one transaction, under the
 * lock of its organization; made once where a client gave it an id; denied attempts told in a transaction of their own.
 */
import { createHash } from 'node:crypto';
import type { PoolClient } from 'pg';
import { BillingError } from '../domain/errors.ts';
import type { EventType } from '../domain/eventTypes.ts';
import type { Permission } from '../domain/permissions/permission.ts';
import { isBounded } from '../domain/permissions/plan.ts';
import { inTransaction } from '../store/database.ts';
import { recordEvents } from '../store/eventLog.ts';
import { insertAuditEntries, type Chain } from '../store/organizations/auditLog.ts';
import { claimClientMutation, saveMutationResult } from '../store/organizations/clientMutations.ts';
import { lockOrganization } from '../store/organizations/seats.ts';
import { accessOf, type Found } from './access.ts';
import { saying } from './conflicts.ts';
import { known, requireAllowed } from './decide.ts';
import { auditFacts, resourceOf, telling, unauthenticated } from './denial.ts';
import { requireSeats } from './seats.ts';
import { actorId, type OrganizationDependencies, type Request } from './request.ts';

/** Ids and the like: what is kept of a change, and told again to who repeats it. */
export type ChangeResult = Readonly<Record<string, string | null>>;

/** A result, and whether it is told again: a secret of the first time is then gone. */
export type Changed<Result extends ChangeResult> = Result & { readonly replayed: boolean };

export interface Asked {
  /** A noun and a verb, as the audit log has it: `graph.create`. */
  readonly action: string;
  /** The id of what it is asked of. */
  readonly of: string;
  /** Null: any member, and `work` decides the rest. */
  readonly permission: Permission | null;
  /** How many of what the plan counts it adds; 1 unless given. */
  readonly adding?: number;
  /** It only takes away, so that a plan which has not got the feature any more is no reason against it. */
  readonly takesAway?: true;
  /** What was asked for, for the fingerprint of a repeated change. */
  readonly input: object;
  /** Members may come to a seat by it: there must be room for as many as do. */
  readonly seats?: true;
}

/** What `work` has to work with. `found` was read under the lock. */
export interface Open {
  readonly tx: PoolClient;
  readonly found: Found;
  readonly request: Request;
  /** Throws a `DeniedError` where the actor may not do that as well. */
  readonly also: (permission: Permission, adding?: number) => void;
}

/** What was done. Without `audit` nothing was: what is asked for was so before. */
export interface Done<Result extends ChangeResult> {
  readonly result: Result;
  readonly audit?: {
    readonly resource: string;
    readonly before: object | null;
    readonly after: object | null;
  };
  readonly events?: readonly {
    readonly type: EventType;
    readonly objectId: string;
    readonly data: Readonly<Record<string, unknown>>;
  }[];
}

/**
 * Makes a change. Throws a `BillingError` 401 for nobody, `HiddenError` 404 for who is nobody there, `DeniedError` 403, 409
 * where the client's id had another input or the database refuses, and what `work` throws.
 */
export async function change<Result extends ChangeResult>(
  deps: OrganizationDependencies,
  request: Request,
  asked: Asked,
  work: (open: Open) => Promise<Done<Result>>,
): Promise<Changed<Result>> {
  if (request.actor.kind === 'anonymous') throw unauthenticated();
  return telling(deps, request, () =>
    saying(() =>
      inTransaction(deps.pool, (tx) =>
        once(tx, request, asked.action, { of: asked.of, ...asked.input }, async () => {
          // Whoever is nobody there must not wait for its lock, which would tell that it exists.
          const before = await find(deps, tx, request, asked, 'first');
          await lockOrganization(tx, before.organization.id);
          const found = await find(deps, tx, request, asked, 'locked');
          const done = await work({
            tx,
            found,
            request,
            also: (permission, adding) => requireAllowed(found, permission, asked.of, asked.action, adding),
          });
          if (asked.seats) await requireSeats(tx, found, asked.of, asked.action);
          await tell(tx, request, asked.action, found, done);
          return done.result;
        }),
      ),
    ),
  );
}

async function find(
  deps: OrganizationDependencies,
  tx: PoolClient,
  request: Request,
  { action, of, permission, adding, takesAway }: Asked,
  when: 'first' | 'locked',
): Promise<Found> {
  // Before the lock no more is read than it takes to turn somebody away.
  const purpose = when === 'locked' || (permission !== null && isBounded(permission)) ? 'all' : 'sight';
  const [first] = await accessOf(deps, request.actor, [of], request.now, tx, purpose);
  const found = known(first, action, permission, of);
  if (permission !== null) requireAllowed(found, permission, of, action, takesAway ? 'nothing' : adding);
  return found;
}

async function tell<Result extends ChangeResult>(
  tx: PoolClient,
  request: Request,
  action: string,
  { organization }: Found,
  { audit, events = [] }: Done<Result>,
): Promise<void> {
  await recordEvents(
    tx,
    events.map((event) => ({
      ...event,
      customerId: organization.customerId,
      subscriptionId: null,
      occurredAt: organization.now,
    })),
  );
  if (audit) await tellDone(tx, request, action, organization.id, audit);
}

/** Last in a transaction, as it holds the chain. */
export async function tellDone(
  tx: PoolClient,
  request: Request,
  action: string,
  chain: Chain,
  audit: NonNullable<Done<ChangeResult>['audit']>,
): Promise<void> {
  await insertAuditEntries(tx, [
    {
      ...auditFacts(request),
      chain,
      action,
      outcome: 'done',
      resource: resourceOf(audit.resource),
      before: audit.before,
      after: audit.after,
    },
  ]);
}

/** Makes a change once for its actor and its client's id, in the transaction of the change itself. */
export async function once<Result extends ChangeResult>(
  tx: PoolClient,
  request: Request,
  action: string,
  input: object,
  make: () => Promise<Result>,
): Promise<Changed<Result>> {
  const { clientMutationId: id } = request;
  if (id === undefined) return { ...(await make()), replayed: false };
  const actor = actorId(request.actor);
  const fingerprint = createHash('sha256')
    .update(canonical([action, input]))
    .digest();
  const claimed = await claimClientMutation<Result>(tx, actor, id, fingerprint);
  if (claimed.state === 'made') return { ...claimed.result, replayed: true };
  if (claimed.state === 'other_input') {
    throw new BillingError(
      409,
      'client_mutation_id_in_use',
      'This clientMutationId was used for another mutation, or with another input. Choose a new one.',
      'clientMutationId',
    );
  }
  const result = await make();
  await saveMutationResult(tx, actor, id, result);
  return { ...result, replayed: false };
}

/** The same text for the same input, in whatever order its fields were given. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
