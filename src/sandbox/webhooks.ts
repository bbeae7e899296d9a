/** Webhooks out: each event is sent until it is answered 2xx, or given up; faults may decide otherwise. */
import type { Pool } from 'pg';
import { roll, type Faults } from './faults.ts';
import { signatureHeaders } from './signature.ts';

export interface WebhookTarget {
  readonly url: string;
  /** Shared with who receives them. */
  readonly secret: string;
}

interface DueEvent {
  readonly sequence: string;
  readonly id: string;
  readonly type: string;
  readonly object: string;
  readonly reference: string;
  readonly created: string;
  readonly body?: never;
}

/** Milliseconds from each attempt that failed to the next; after the last one it is given up. */
const retryDelaysMs = [250, 1_000, 5_000, 30_000, 300_000];
const batchSize = 64;
/** As many are on their way at once, so that order is not promised. */
const concurrency = 8;
const timeoutMs = 10_000;

/** Sends what is due now, and returns how many were tried. */
export async function sendWebhooks(pool: Pool, faults: Faults, target: WebhookTarget): Promise<number> {
  await decideFates(pool, faults);
  const events = await takeDue(pool);
  for (let start = 0; start < events.length; start += concurrency) {
    await Promise.all(events.slice(start, start + concurrency).map((event) => send(pool, target, event)));
  }
  return events.length;
}

/** What becomes of each new event, in the order in which they happened. */
async function decideFates(pool: Pool, faults: Faults): Promise<void> {
  const { rows } = await pool.query<{ sequence: string; type: string }>(
    `SELECT sequence::text, type FROM sandbox.events WHERE fate IS NULL AND next_attempt_at IS NOT NULL
      ORDER BY sequence LIMIT 500`,
  );
  const decided: unknown[] = [];
  for (const { sequence, type } of rows) {
    const fault = await faults.meetWebhook(type);
    decided.push({
      sequence,
      fate: fault?.kind ?? 'sent',
      copies: fault?.kind === 'twice' ? 2 : 1,
      delay_ms:
        fault?.kind === 'late'
          ? fault.delay_ms
          : fault?.kind === 'shuffled'
            ? Math.floor(fault.delay_ms * roll(`${fault.seed}:hold`, Number(sequence)))
            : 0,
    });
  }
  if (decided.length === 0) return;
  await pool.query(
    `UPDATE sandbox.events e
        SET fate = d.fate, copies = d.copies,
            next_attempt_at = CASE WHEN d.fate = 'never' THEN NULL ELSE now() + d.delay_ms * interval '1 millisecond' END
       FROM json_to_recordset($1) AS d(sequence bigint, fate text, copies smallint, delay_ms integer)
      WHERE e.sequence = d.sequence`,
    [JSON.stringify(decided)],
  );
}

/** Noted as tried before it is sent: what dies meanwhile is sent again. */
async function takeDue(pool: Pool): Promise<DueEvent[]> {
  const { rows } = await pool.query<{ event: DueEvent }>(
    `WITH due AS (
       SELECT sequence FROM sandbox.events WHERE fate IS NOT NULL AND next_attempt_at <= now()
        ORDER BY next_attempt_at, sequence LIMIT $1
     ), taken AS (
       UPDATE sandbox.events e
          SET attempts = attempts + 1, next_attempt_at = now() + ($2::int[])[attempts + 1] * interval '1 millisecond'
         FROM due WHERE e.sequence = due.sequence
       RETURNING e.*
     )
     SELECT json_build_object('sequence', sequence::text, 'id', id, 'type', type, 'object', object,
                              'reference', reference, 'created', created) AS event
       FROM taken ORDER BY sequence`,
    [batchSize, retryDelaysMs],
  );
  return rows.map(({ event }) => event);
}

async function send(pool: Pool, { url, secret }: WebhookTarget, event: DueEvent): Promise<void> {
  const { sequence, id, type, object, reference, created } = event;
  const body = JSON.stringify({ id, type, created, data: { object, id: reference } });
  const at = Math.floor(Date.now() / 1000);
  const error = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...signatureHeaders(secret, { id, at, body }) },
    body,
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  }).then(
    async (response) => {
      await response.arrayBuffer();
      return response.ok ? null : `answered ${String(response.status)}`;
    },
    (failure: unknown) => (failure instanceof Error ? failure.message : String(failure)),
  );
  if (error !== null) {
    await pool.query(`UPDATE sandbox.events SET last_error = $2 WHERE sequence = $1`, [sequence, error]);
    return;
  }
  await pool.query(
    `UPDATE sandbox.events
        SET arrived = arrived + 1, last_error = NULL, attempts = 0,
            next_attempt_at = CASE WHEN arrived + 1 < copies THEN now() END
      WHERE sequence = $1`,
    [sequence],
  );
}

/** How many are still to be sent, now or later. */
export async function countWaiting(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM sandbox.events WHERE next_attempt_at IS NOT NULL`,
  );
  return rows[0]?.count ?? 0;
}

/** The latest first: what happened, and what has become of its webhook. */
export async function listEvents(pool: Pool): Promise<unknown[]> {
  const { rows } = await pool.query<{ event: unknown }>(
    `SELECT json_build_object('id', id, 'type', type, 'object', object, 'reference', reference, 'created', created,
              'fate', fate, 'arrived', arrived, 'waiting', next_attempt_at IS NOT NULL, 'last_error', last_error) AS event
       FROM sandbox.events ORDER BY sequence DESC LIMIT 1000`,
  );
  return rows.map(({ event }) => event);
}
