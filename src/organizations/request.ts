/** Who asks something of an organization, and with what: what every function of this room is given. */
import type { Pool } from 'pg';
import type { ApiKeyId, CustomerId, KeyId, UserId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { PlanBounds, Subject } from '../domain/permissions/access.ts';
import type { Queryable } from '../store/database.ts';

/** Who asks, as its session or key says. What it may do in an organization is read when it asks. */
export type Actor =
  | { readonly kind: 'anonymous' }
  /** By a session (`keyId` null) or a personal key of its own. */
  | { readonly kind: 'user'; readonly userId: UserId; readonly keyId: KeyId | null }
  /** A key says all that decisions ask of it. */
  | Extract<Subject, { kind: 'graph_key' | 'organization_key' }>
  /** Who operates this installation, by one of its API keys. */
  | { readonly kind: 'operator'; readonly apiKeyId: ApiKeyId; readonly mayWrite: boolean };

/** One request: make one object for each, as denied attempts are told once for it. */
export interface Request {
  readonly actor: Actor;
  readonly requestId: string;
  /** Why, in the words of who asks; kept in the audit log. */
  readonly reason?: string | undefined;
  /** A change with it is made once for its actor, and its result is told again. */
  readonly clientMutationId?: string | undefined;
  /** Real time: people, keys and invitations live in it, whatever clock their customer is on. */
  readonly now: Instant;
}

/** What the plan of a customer allows; how much of it is taken is counted here. */
export type PlanTerms = Pick<PlanBounds, 'features' | 'limits'>;

export interface OrganizationDependencies {
  readonly pool: Pool;
  /** `now` is by the customer's clock. Asked once for each organization of a question. */
  planBounds(db: Queryable, customerId: CustomerId, now: Instant): Promise<PlanTerms>;
}

/** How the audit log and repeated mutations call who asks. */
export function actorId(actor: Actor): string {
  switch (actor.kind) {
    case 'anonymous':
      return 'anonymous';
    case 'user':
      return actor.userId;
    case 'graph_key':
    case 'organization_key':
      return actor.keyId;
    case 'operator':
      return actor.apiKeyId;
  }
}
