/** The audit log of an organization, as clients see it over GraphQL. */
import type { AuditEntryId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Source } from './connections.ts';

export interface AuditEntryNode {
  readonly id: AuditEntryId;
  readonly number: bigint;
  readonly action: string;
  readonly outcomeOfAttempt: 'done' | 'denied';
  readonly actor: string;
  readonly resource: string;
  readonly occurredAt: Instant;
  readonly entry: Readonly<Record<string, unknown>>;
  /** Hexadecimal. */
  readonly hash: string;
}

export const auditEntriesOfOrganization: Source<AuditEntryNode> = {
  columns: `t.id, t.sequence AS number, t.action, t.outcome AS "outcomeOfAttempt", t.actor, t.resource,
    t.occurred_at AS "occurredAt", t.entry, encode(t.hash, 'hex') AS hash`,
  from: 'audit_log t',
  parent: 't.chain',
  key: { column: 't.sequence', type: 'bigint' },
  newestFirst: true,
};
