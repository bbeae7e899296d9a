/** The audit log is whole: no entry was changed, left out, put in between or moved (docs/audit-log.md). */
import type { Rule } from '../rule.ts';

/** Each entry beside the one before it in its chain. */
const chained = `
  SELECT l.*, row_number() OVER w AS nth, lag(l.hash) OVER w AS hash_before
    FROM audit_log l WINDOW w AS (PARTITION BY l.chain ORDER BY l.sequence)`;

const named = `format('%s/%s', l.chain, l.sequence) AS id`;

export const auditLogRules: readonly Rule[] = [
  {
    number: '11.audit',
    says: 'an entry of the audit log is what was hashed',
    sql: `SELECT ${named}, format('entry %s was changed', l.id) AS message FROM audit_log l
           WHERE l.hash <> audit_hash(l.previous_hash, l.entry::text)
              OR l.occurred_at IS DISTINCT FROM (l.entry ->> 'occurred_at')::timestamptz
              OR l.chain IS DISTINCT FROM l.entry ->> 'chain'`,
  },
  {
    number: '11.audit',
    says: 'each entry of the audit log follows the one before it',
    sql: `SELECT ${named}, format('entry %s is number %s, and does not follow what stands before it', l.id, l.nth) AS message
            FROM (${chained}) l
           WHERE l.sequence <> l.nth
              OR l.previous_hash <> coalesce(l.hash_before, sha256(convert_to(l.chain, 'UTF8')))`,
  },
  {
    number: '11.audit',
    says: 'the audit log ends where its chain does',
    sql: `SELECT coalesce(c.chain, l.chain) AS id,
                 format('the chain has %s entries, the log %s', coalesce(c.sequence, 0), coalesce(l.sequence, 0)) AS message
            FROM audit_chains c
            FULL JOIN (SELECT DISTINCT ON (chain) chain, sequence, hash FROM audit_log ORDER BY chain, sequence DESC) l
                   ON l.chain = c.chain
           WHERE (c.sequence, c.hash) IS DISTINCT FROM (l.sequence, l.hash)`,
  },
];
