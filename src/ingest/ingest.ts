/** Takes usage events in: each good one is stored once, each bad one is refused by name, and its batch goes on. */
import type { Pool } from 'pg';
import { BillingError } from '../domain/errors.ts';
import { formatInstant, parseInstant, type Instant } from '../domain/instant.ts';
import { isDatabaseAway } from '../store/database.ts';
import {
  findMeteredTypes,
  findSubjects,
  insertEvents,
  type EventToStore,
  type Subject,
} from '../store/events.ts';
import { cloudEvent, type CloudEvent } from './cloudEvent.ts';
import { sliceArray } from './rawEvents.ts';

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
  const array = Array.isArray(parsed) ? body : `[${body}]`;
  const events: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  if (events.length > maximumBatch) {
    throw new BillingError(400, 'batch_too_large', `Send ${String(maximumBatch)} events at most in a batch.`);
  }
  const rejected: Rejection[] = [];
  const wellFormed: { index: number; event: CloudEvent }[] = [];
  for (const [index, given] of events.entries()) {
    const checked = cloudEvent.safeParse(given);
    if (checked.success) wellFormed.push({ index, event: checked.data });
    else rejected.push(malformed(index, given, checked.error.issues[0]));
  }
  const known = await resolve(pool, wellFormed, now, rejected);
  const stored = await store(pool, array, known, rejected);
  return {
    accepted: stored,
    duplicates: known.length - stored - countOf(rejected, known),
    rejected: rejected.sort((a, b) => a.index - b.index),
  };
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
  events: readonly { index: number; event: CloudEvent }[],
  now: Instant,
  rejected: Rejection[],
): Promise<EventToStore[]> {
  const storable = events.filter(({ index, event }) => {
    const fine = [event.id, event.source, event.type, event.subject].every(isText);
    if (!fine) rejected.push(notStorable(index, event.id));
    return fine;
  });
  const [subjects, types] = await Promise.all([
    findSubjects(pool, [...new Set(storable.map(({ event }) => event.subject))]),
    findMeteredTypes(pool, [...new Set(storable.map(({ event }) => event.type))]),
  ]);
  return storable.flatMap(({ index, event }): EventToStore[] => {
    const subject = subjects.get(event.subject);
    const refuse = (code: string, message: string) => {
      rejected.push({ index, id: event.id, code, message });
      return [];
    };
    if (!subject)
      return refuse(
        'customer_unknown',
        `There is no customer ${event.subject}. Create it, then send the event again.`,
      );
    if (!types.has(event.type))
      return refuse(
        'meter_unknown',
        `No meter counts events of type ${event.type}. Create one, then send the event again.`,
      );
    const at = timeOf(event, subject, now);
    if (at > (subject.frozenTime ?? now) + dayMs)
      return refuse(
        'time_in_future',
        `${formatInstant(at)} is more than 24 hours ahead of the customer's clock.`,
      );
    return [
      {
        position: index,
        source: event.source,
        id: event.id,
        type: event.type,
        customerId: subject.customerId,
        time: at,
      },
    ];
  });
}

function timeOf(event: CloudEvent, subject: Subject, now: Instant): Instant {
  return (event.time === undefined ? undefined : parseInstant(event.time)) ?? subject.frozenTime ?? now;
}

/** All in one statement; where Postgres cannot read one of them, one by one, so that only that one is refused. */
async function store(
  pool: Pool,
  array: string,
  events: readonly EventToStore[],
  rejected: Rejection[],
): Promise<number> {
  if (events.length === 0) return 0;
  try {
    const { added, withoutValue } = await insertEvents(pool, array, events);
    for (const event of events) if (withoutValue.has(event.position)) rejected.push(valueMissing(event));
    return added;
  } catch (error) {
    if (isDatabaseAway(error) || !isUnreadable(error)) throw error;
    const [only] = events;
    if (events.length === 1 && only) {
      rejected.push(notStorable(only.position, only.id));
      return 0;
    }
  }
  const slices = sliceArray(array);
  let added = 0;
  for (const event of events) {
    const alone: Rejection[] = [];
    added += await store(pool, `[${slices[event.position] ?? ''}]`, [{ ...event, position: 0 }], alone);
    rejected.push(...alone.map((rejection) => ({ ...rejection, index: event.position })));
  }
  return added;
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

function countOf(rejected: readonly Rejection[], known: readonly EventToStore[]): number {
  const positions = new Set(known.map((event) => event.position));
  return rejected.filter(({ index }) => positions.has(index)).length;
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

function valueMissing({ position, id }: EventToStore): Rejection {
  return {
    index: position,
    id,
    code: 'value_missing',
    message: 'A meter adds up a property of this event, and it is no number with up to 12 fractional digits.',
  };
}
