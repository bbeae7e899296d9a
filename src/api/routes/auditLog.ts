/** /v1/audit_log: what was done in organizations and what was denied, for those who operate this installation. */
import { z } from 'zod';
import { auditExport, selectAuditEntries, type AuditEntryRow } from '../../store/organizations/auditLog.ts';
import { readPage } from '../../store/reads/page.ts';
import { idOf, integer, listOf, pageOf, pageQuery, text, time, toList, toTime } from '../fields.ts';
import { addLinesRoute, addRoute, type Registrar } from '../route.ts';

const auditEntry = z.object({
  id: z.string(),
  object: z.literal('audit_entry'),
  /** The organization, or null: of the installation. */
  organization: z.string().nullable(),
  sequence: integer,
  action: z.string(),
  outcome: z.enum(['done', 'denied']),
  occurred_at: time,
  /** All of it: actor, resource, before, after, request_id, reason; of a denied attempt what was not allowed, and why. */
  entry: z.record(z.string(), z.unknown()),
  previous_hash: z.string(),
  hash: z.string(),
});

export function addAuditLogRoutes(to: Registrar): void {
  const { pool } = to;
  addRoute(to, {
    method: 'get',
    path: '/v1/audit_log',
    summary:
      'List the audit log, newest first: of an organization (also a deleted one), an actor, a resource, an action, or an outcome.',
    scope: 'admin',
    query: z.strictObject({
      ...pageQuery,
      organization: idOf('organization').optional(),
      actor: text(64).optional(),
      resource: text(64).optional(),
      action: text(64).optional(),
      outcome: z.enum(['done', 'denied']).optional(),
    }),
    answer: listOf(auditEntry),
    handle: async ({ query }) =>
      toList(
        await readPage<AuditEntryRow>(
          pool,
          selectAuditEntries,
          [
            ['chain', query.organization],
            ['actor', query.actor],
            ['resource', query.resource],
            ['action', query.action],
            ['outcome', query.outcome],
          ],
          pageOf(query),
        ),
        toResource,
      ),
  });
  addLinesRoute(to, {
    path: '/v1/audit_log/export',
    summary:
      'The audit log of an organization, or without one that of the installation, oldest first: a line of JSON for each entry with its sequence, its hash and the entry in the very bytes that are hashed, so that sha256sum verifies it.',
    scope: 'admin',
    query: z.strictObject({ organization: idOf('organization').optional() }),
    lines: ({ organization = 'installation' as const }) => ({
      name: `audit-log-${organization}`,
      lines: auditExport(organization),
    }),
  });
}

function toResource(row: AuditEntryRow) {
  return {
    id: row.id,
    object: 'audit_entry' as const,
    organization: row.chain === 'installation' ? null : row.chain,
    sequence: row.sequence,
    action: row.action,
    outcome: row.outcome,
    occurred_at: toTime(row.occurred_at),
    entry: row.entry,
    previous_hash: row.previous_hash,
    hash: row.hash,
  };
}
