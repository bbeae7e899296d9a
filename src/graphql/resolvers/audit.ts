/** Entries of the audit log. */
import type { Resolvers } from '../generated.ts';

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

export const auditResolvers: Resolvers = {
  AuditEntry: {
    sequence: ({ number }) => Number(number),
    outcome: ({ outcomeOfAttempt }) => (outcomeOfAttempt === 'done' ? 'DONE' : 'DENIED'),
    before: ({ entry }) => entry['before'] ?? null,
    after: ({ entry }) => entry['after'] ?? null,
    requestId: ({ entry }) => textOrNull(entry['request_id']),
    reason: ({ entry }) => textOrNull(entry['reason']),
  },
};
