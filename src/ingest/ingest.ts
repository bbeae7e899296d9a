/** Takes usage events in: each good one is stored once, each bad one is refused by name, and its batch goes on. */
import type { Pool } from 'pg';
import { BillingError } from '../domain/errors.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import { isDatabaseAway } from '../store/database.ts';
import type { Meter } from '../domain/meter.ts';
import {
  addUsagePartitions,
  findSubjects,
  insertEvents,
  isPartitionMissing,
  type EventToStore,
  type InsertedEvents,
} from '../store/events.ts';
import { findMetersOfTypes } from '../store/meters.ts';
import { cloudEvent, type CloudEvent } from './cloudEvent.ts';
import { sliceArray, sliceMember } from './rawEvents.ts';

export const maximumBatch = 10_000;
const dayMs = 86_400_000;

export interface Rejection {
  readonly index: number;
  readonly id: string | null;
  readonly code: string;
  readonly message: string;
}

export interface Ingestion {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: readonly Rejection[];
}

/**
 * Stores the events of a body: one CloudEvent or an array of them. What it counts as accepted is durable when it
 * returns. Throws a `BillingError` 400 where the body is neither, or holds too many.
 */
export async function ingest(pool: Pool, body: string, now: Instant): Promise<Ingestion> {
  const parsed = parse(body);
  const events: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  if (events.length > maximumBatch) {
    throw new BillingError(400, 'batch_too_large', `Send ${String(maximumBatch)} events at most in a batch.`);
  }
  const texts = Array.isArray(parsed) ? sliceArray(body) : [body];
  const rejected: Rejection[] = [];
  const wellFormed: SentEvent[] = [];
  const identities = new Set<string>();
  let duplicates = 0;
  for (const [index, given] of events.entries()) {
    const checked = cloudEvent.safeParse(given);
    if (!checked.success) {
      rejected.push(malformed(index, given, checked.error.issues[0]));
      continue;
    }
    const event = checked.data;
    if (![event.id, event.source, event.type, event.subject].every(isText)) {
      rejected.push(notStorable(index, event.id));
      continue;
    }
    const identity = `${event.source}\0${event.id}`;
    if (identities.has(identity)) duplicates += 1;
    else wellFormed.push({ index, event, data: sliceMember(texts[index] ?? '', 'data') ?? '{}' });
    identities.add(identity);
  }
  const { storable, meters } = await resolve(pool, wellFormed, now, rejected);
  const stored = await store(pool, meters, storable);
  rejected.push(...stored.rejected);
  return {
    accepted: stored.added,
    duplicates: duplicates + storable.length - stored.added - stored.rejected.length,
    rejected: rejected.sort((a, b) => a.index - b.index),
  };
}

interface SentEvent {
  readonly index: number;
  readonly event: CloudEvent;
  /** The JSON of its data, as it was sent. */
  readonly data: string;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new BillingError(
      400,
      'json_malformed',
      'The body is not JSON. Send one CloudEvent or an array of them.',
    );
  }
}

/** Those of known customers and meters, with a time that can be; the others are refused. */
async function resolve(
  pool: Pool,
  events: readonly SentEvent[],
  now: Instant,
  rejected: Rejection[],
): Promise<{ storable: EventToStore[]; meters: Meter[] }> {
  if (events.length === 0) return { storable: [], meters: [] };
  const [subjects, meters] = await Promise.all([
    findSubjects(pool, [...new Set(events.map(({ event }) => event.subject))]),
    findMetersOfTypes(pool, [...new Set(events.map(({ event }) => event.type))]),
  ]);
  const types = new Set(meters.map((meter) => meter.eventType));
  const storable: EventToStore[] = [];
  for (const { index, event, data } of events) {
    const subject = subjects.get(event.subject);
    const refuse = (code: string, message: string) => rejected.push({ index, id: event.id, code, message });
    if (!subject) {
      refuse(
        'customer_unknown',
        `There is no customer ${event.subject}. Create it, then send the event again.`,
      );
      continue;
    }
    if (!types.has(event.type)) {
      refuse(
        'meter_unknown',
        `No meter counts events of type ${event.type}. Create one, then send the event again.`,
      );
      continue;
    }
    const at = event.time ?? subject.frozenTime ?? now;
    if (at > (subject.frozenTime ?? now) + dayMs) {
      refuse('time_in_future', `${formatInstant(at)} is more than 24 hours ahead of the customer's clock.`);
      continue;
    }
    const { id, source, type } = event;
    storable.push({
      index,
      id,
      source,
      type,
      customerId: subject.customerId,
      time: new Date(at).toISOString(),
      data,
    });
  }
  return { storable, meters };
}

interface Stored {
  readonly added: number;
  readonly rejected: readonly Rejection[];
}

/** All in one statement; where Postgres cannot read one of them, in halves, so that only that one is refused. */
async function store(pool: Pool, meters: readonly Meter[], events: readonly EventToStore[]): Promise<Stored> {
  if (events.length === 0) return { added: 0, rejected: [] };
  try {
    const { added, withoutValue, tooOld } = await insert(pool, meters, events);
    if (withoutValue.length === 0 && tooOld.length === 0) return { added, rejected: [] };
    const [without, old] = [new Set(withoutValue), new Set(tooOld)];
    const rejected = events.flatMap((event) =>
      old.has(event.index) ? [eventTooOld(event)] : without.has(event.index) ? [valueMissing(event)] : [],
    );
    return { added, rejected };
  } catch (error) {
    if (isDatabaseAway(error) || !isUnreadable(error)) throw error;
    const [only] = events;
    if (events.length === 1 && only) return { added: 0, rejected: [notStorable(only.index, only.id)] };
  }
  const half = Math.ceil(events.length / 2);
  const first = await store(pool, meters, events.slice(0, half));
  const second = await store(pool, meters, events.slice(half));
  return { added: first.added + second.added, rejected: [...first.rejected, ...second.rejected] };
}

async function insert(
  pool: Pool,
  meters: readonly Meter[],
  events: readonly EventToStore[],
): Promise<InsertedEvents> {
  try {
    return await insertEvents(pool, meters, events);
  } catch (error) {
    if (!isPartitionMissing(error)) throw error;
    await addUsagePartitions(pool);
    return insertEvents(pool, meters, events);
  }
}

/** Whether Postgres could not read what was sent: a data exception, or nesting beyond its limit. */
function isUnreadable(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && /^(22|54)/.test(error.code)
  );
}

function isText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

function malformed(
  index: number,
  given: unknown,
  issue: { path: readonly PropertyKey[]; message: string } | undefined,
): Rejection {
  const id =
    typeof given === 'object' && given !== null && 'id' in given && typeof given.id === 'string'
      ? given.id
      : null;
  const where = issue === undefined || issue.path.length === 0 ? 'the event' : issue.path.join('.');
  return { index, id, code: 'event_malformed', message: `${where}: ${issue?.message ?? 'is malformed'}` };
}

function notStorable(index: number, id: string): Rejection {
  return {
    index,
    id: isText(id) ? id : null,
    code: 'data_unreadable',
    message: 'The event holds characters, numbers or nesting that cannot be stored.',
  };
}

function eventTooOld({ index, id, time }: EventToStore): Rejection {
  return {
    index,
    id,
    code: 'event_too_old',
    message: `The customer's usage of ${time} is archived, and what was billed for it is final. Send events of later times.`,
  };
}

function valueMissing({ index, id }: EventToStore): Rejection {
  return {
    index,
    id,
    code: 'value_missing',
    message:
      'A meter needs a value of this event, and it is missing, or no number with up to 12 fractional digits.',
  };
}
