/** What is answered to whom something is denied, and how the audit log is told of it: once for each request. */
import { BillingError, notFound } from '../domain/errors.ts';
import { idPrefixes } from '../domain/ids.ts';
import type { Decision } from '../domain/permissions/access.ts';
import type { Permission } from '../domain/permissions/permission.ts';
import type { Chain, NewAuditEntry } from '../store/organizations/auditLog.ts';
import { writeTogether } from './writeTogether.ts';
import { actorId, type Actor, type OrganizationDependencies, type Request } from './request.ts';

export interface Denial {
  /** What was tried: `graph.create`; of a read its permission. */
  readonly action: string;
  readonly permission: Permission | null;
  /** The id of what it was asked of. */
  readonly resource: string;
  readonly decision: Decision;
  readonly chain: Chain;
}

/** Thrown where something is denied. It is told by `telling`, not by who throws it. `saying`: a code and words of its own. */
export class DeniedError extends BillingError {
  constructor(
    readonly denial: Denial,
    saying?: { readonly code: string; readonly message: string; readonly param: string },
  ) {
    const { decision, permission } = denial;
    super(
      403,
      saying?.code ?? codeOf(decision),
      saying?.message ?? messageOf(decision, permission ?? denial.action),
      saying?.param,
    );
    this.name = 'DeniedError';
  }
}

/** For whom there is nothing: word for word what is answered of an id that does not exist. */
export class HiddenError extends BillingError {
  constructor(readonly denial: Denial) {
    const { status, code, message } = notFound(kindOf(denial.resource).replaceAll('_', ' '), denial.resource);
    super(status, code, message);
    this.name = 'HiddenError';
  }
}

/** Nobody has signed in, so that nothing is looked at. */
export function unauthenticated(): BillingError {
  return new BillingError(401, 'unauthenticated', 'Sign in, or give a key: `Authorization: Bearer <key>`.');
}

/** What a stranger asked of `id`, whether that exists or not: nothing of an organization's chain may tell. */
export function hidden(action: string, permission: Permission | null, id: string): HiddenError {
  return new HiddenError({
    action,
    permission,
    resource: id,
    decision: { allowed: false, reason: 'not_a_member', path: [] },
    chain: 'installation',
  });
}

const told = new WeakMap<Request, Set<string>>();

/** Writes denials into the audit log, each once for a request, and not in the transaction of what was denied. */
export async function tellDenied(
  deps: OrganizationDependencies,
  request: Request,
  denials: readonly Denial[],
): Promise<void> {
  const before = told.get(request) ?? new Set<string>();
  told.set(request, before);
  const entries: NewAuditEntry[] = [];
  for (const denial of denials) {
    const key = `${denial.permission ?? denial.action} ${denial.resource}`;
    if (before.has(key)) continue;
    before.add(key);
    entries.push({
      ...auditFacts(request),
      chain: denial.chain,
      action: denial.action,
      outcome: 'denied',
      resource: resourceOf(denial.resource),
      before: null,
      after: null,
      denied: {
        permission: denial.permission,
        reason: denial.decision.reason,
        path: denial.decision.path,
      },
    });
  }
  await writeTogether(deps.pool, entries);
}

/** Runs `work`; where it is denied that is told before the denial is thrown on. */
export async function telling<T>(
  deps: OrganizationDependencies,
  request: Request,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DeniedError || error instanceof HiddenError) {
      await tellDenied(deps, request, [error.denial]);
    }
    throw error;
  }
}

/** What each entry of a request has. */
export function auditFacts(
  request: Request,
): Pick<NewAuditEntry, 'actor' | 'occurredAt' | 'requestId' | 'reason'> {
  return {
    actor: actorOf(request.actor),
    occurredAt: request.now,
    requestId: request.requestId,
    reason: request.reason ?? null,
  };
}

/** No id is longer; what somebody gives for one may be. */
const idLength = 64;

export function resourceOf(id: string): NewAuditEntry['resource'] {
  return { kind: kindOf(id), id: id.slice(0, idLength) };
}

function actorOf(actor: Actor): NewAuditEntry['actor'] {
  const key = actor.kind === 'user' ? actor.keyId : null;
  return { kind: actor.kind, id: actorId(actor), ...(key !== null && { key }) };
}

const kinds = new Map<string, string>(Object.entries(idPrefixes).map(([kind, prefix]) => [prefix, kind]));

function kindOf(id: string): string {
  return kinds.get(/^([a-z]+)_/.exec(id)?.[1] ?? '') ?? 'resource';
}

function codeOf({ reason }: Decision): string {
  switch (reason) {
    case 'feature_missing':
    case 'limit_reached':
    case 'protected_variant':
      return reason;
    default:
      return 'permission_denied';
  }
}

function messageOf({ reason, path }: Decision, what: string): string {
  const last = path.at(-1);
  switch (reason) {
    case 'feature_missing':
      return `The plan does not have "${last?.step === 'feature' ? last.feature : what}". Change the plan, or leave it out.`;
    case 'limit_reached':
      return last?.step === 'quota'
        ? `The plan allows ${String(last.limit ?? 0)} ${last.feature}, and ${String(last.used)} are taken. Remove what is not used, or change the plan.`
        : 'The limit of the plan is reached. Remove what is not used, or change the plan.';
    case 'protected_variant':
      return `The variant is protected: "${what}" takes a role of Graph Admin, or one that is granted on the variant itself.`;
    case 'key_is_read_only':
      return 'This API key may only read. Use one with the scope "write".';
    case 'key_is_for_another_resource':
      return `This key is for another graph or variant. Use one that is for this.`;
    case 'narrowed_by_limit':
      return `A limit on the graph or variant takes "${what}" away. Ask an Org Admin to change it.`;
    default:
      return `Your roles do not allow "${what}". Ask an Org Admin for one that does.`;
  }
}
