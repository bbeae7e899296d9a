/** Domain events as clients see them. */
import type { LoggedEvent } from '../../domain/cloudEvent.ts';

export type EventRow = LoggedEvent;

export const eventColumns =
  't.id, t.type, t.object_id, t.customer_id, t.subscription_id, t.test_clock_id, t.occurred_at, t.recorded_at, t.data';

export const selectEventLog = `SELECT ${eventColumns} FROM event_log t`;

/** Events of a type; of all types of a subject, such as `invoice.*`. */
export function ofType(pattern: string): readonly [(parameter: string) => string, string] {
  if (!pattern.endsWith('.*')) return [(parameter) => `t.type = ${parameter}`, pattern];
  return [(parameter) => `split_part(t.type, '.', 1) = ${parameter}`, pattern.slice(0, -2)];
}
