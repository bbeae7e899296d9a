/** The audit log: every change of an organization and each denied attempt, chained by the database (0028). */
import type { AuditEntryId, OrganizationId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { formatInstant } from '../../domain/instant.ts';
import type { Queryable } from '../database.ts';
import { newId } from '../newId.ts';
import type { Statement } from '../copyOut.ts';

/** What belongs to no organization, or must not tell that one exists, is in the chain of the installation. */
export type Chain = OrganizationId | 'installation';

export interface NewAuditEntry {
  readonly chain: Chain;
  /** A noun and a verb: `graph.create`. */
  readonly action: string;
  readonly outcome: 'done' | 'denied';
  readonly actor: { readonly kind: string; readonly id: string; readonly key?: string };
  readonly resource: { readonly kind: string; readonly id: string };
  readonly occurredAt: Instant;
  readonly requestId: string;
  readonly reason: string | null;
  /** What it was and what it is; never a secret. Null: nothing. */
  readonly before: unknown;
  readonly after: unknown;
  /** Of a denied attempt: what was not allowed, and why. */
  readonly denied?: unknown;
}

/** Writes entries in their order. Holds their chains until the transaction ends: write them last. */
export async function insertAuditEntries(db: Queryable, entries: readonly NewAuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await db.query(
    `INSERT INTO audit_log (chain, entry)
     SELECT chain, entry::json FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS e (chain, entry, nth)
      ORDER BY chain, nth`,
    [entries.map(({ chain }) => chain), entries.map(toText)],
  );
}

/** In the very bytes that are hashed: one line of JSON. */
function toText(entry: NewAuditEntry): string {
  const told = {
    id: newId('audit_entry'),
    occurred_at: formatInstant(entry.occurredAt),
    chain: entry.chain,
    action: entry.action,
    outcome: entry.outcome,
    actor: entry.actor,
    resource: entry.resource,
    before: entry.before ?? null,
    after: entry.after ?? null,
    ...(entry.denied !== undefined && { denied: entry.denied }),
    request_id: entry.requestId,
    reason: entry.reason,
  };
  return JSON.stringify(told, (_key, value: unknown) =>
    typeof value === 'string' ? storable(value) : value,
  );
}

/** Without what Postgres reads in no JSON: whoever asks with that in its words is told of all the same. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}

export interface AuditEntryRow {
  readonly id: AuditEntryId;
  readonly chain: Chain;
  readonly sequence: bigint;
  readonly action: string;
  readonly outcome: 'done' | 'denied';
  readonly actor: string;
  readonly resource: string;
  readonly occurred_at: Instant;
  readonly entry: Readonly<Record<string, unknown>>;
  /** Hexadecimal. */
  readonly previous_hash: string;
  readonly hash: string;
}

export const selectAuditEntries = `
  SELECT t.id, t.chain, t.sequence, t.action, t.outcome, t.actor, t.resource, t.occurred_at, t.entry,
         encode(t.previous_hash, 'hex') AS previous_hash, encode(t.hash, 'hex') AS hash
    FROM audit_log t`;

/**
 * A chain as lines of JSON, oldest first: sequence, hash, and the entry in the bytes that were hashed, which stand last, so
 * that they can be cut out by any tool.
 */
export function auditExport(chain: Chain): Statement {
  return {
    text: `SELECT '{"sequence":' || t.sequence || ',"hash":"' || encode(t.hash, 'hex') || '","entry":' || t.entry::text || '}'
             FROM audit_log t WHERE t.chain = $1::text ORDER BY t.sequence`,
    values: [chain],
  };
}
