/** Webhooks of providers: kept as they came, applied once. */
import type { NoticeSubject, ProviderNotice } from '../domain/providerNotice.ts';
import type { ProviderName } from '../domain/paymentProvider.ts';
import type { Queryable } from './database.ts';

/** One that came before is the same. */
export async function recordProviderEvent(
  db: Queryable,
  provider: ProviderName,
  notice: ProviderNotice,
  body: Buffer,
  headers: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const { eventId, type, subject } = notice;
  await db.query(
    `INSERT INTO provider_events (provider, event_id, type, subject_kind, subject_reference, body, headers)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
    [
      provider,
      eventId,
      type,
      subject.kind,
      subject.kind === 'none' ? null : subject.reference,
      body,
      JSON.stringify(headers),
    ],
  );
}

export interface WaitingEvent {
  readonly provider: ProviderName;
  readonly event_id: string;
  readonly subject_kind: NoticeSubject['kind'];
  readonly subject_reference: string | null;
}

/** Those that are to be applied now; one that failed waits for its retry. */
export async function findWaitingEvents(db: Queryable, limit: number): Promise<WaitingEvent[]> {
  const { rows } = await db.query<WaitingEvent>(
    `SELECT provider, event_id, subject_kind, subject_reference FROM provider_events
      WHERE applied_at IS NULL AND retry_at <= now() ORDER BY retry_at LIMIT $1`,
    [limit],
  );
  return rows;
}

/** `known`: it told nothing new. `foreign`: it is of none of our payments. `ignored`: nothing follows from its kind. */
export type EventResult = 'applied' | 'known' | 'foreign' | 'ignored';

export async function noteApplied(
  db: Queryable,
  events: readonly (WaitingEvent & { readonly result: EventResult })[],
): Promise<void> {
  if (events.length === 0) return;
  await db.query(
    `UPDATE provider_events e SET applied_at = now(), result = r.result, failure = NULL
       FROM json_to_recordset($1) AS r(provider text, event_id text, result text)
      WHERE e.provider = r.provider AND e.event_id = r.event_id AND e.applied_at IS NULL`,
    [JSON.stringify(events)],
  );
}

/** Tried again after ten seconds, then twenty … up to an hour. */
export async function noteNotApplied(
  db: Queryable,
  { provider, event_id: eventId }: WaitingEvent,
  failure: string,
): Promise<void> {
  await db.query(
    `UPDATE provider_events
        SET attempts = attempts + 1, failure = $3,
            retry_at = now() + least(interval '1 hour', interval '10 seconds' * power(2, least(attempts, 9)))
      WHERE provider = $1 AND event_id = $2 AND applied_at IS NULL`,
    [provider, eventId, failure.slice(0, 2000)],
  );
}
