/** Meters: what of an event is counted. */
import type { MeterId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Aggregation, Meter } from '../domain/meter.ts';
import type { PropertyFilter } from '../domain/usage.ts';
import type { Queryable } from './database.ts';

export interface MeterRow {
  readonly id: MeterId;
  readonly code: string;
  readonly name: string;
  readonly event_type: string;
  readonly aggregation: Aggregation;
  readonly property: string | null;
  readonly expression: string | null;
  readonly filters: readonly PropertyFilter[];
  readonly group_by: readonly string[];
  readonly metadata: Record<string, string>;
  readonly created: Instant;
}

export const selectMeters = `
  SELECT t.id, t.code, t.name, t.event_type, t.aggregation, t.property, t.expression, t.filters, t.group_by, t.metadata,
         t.created
    FROM meters t`;

export function toMeter(row: Omit<MeterRow, 'name' | 'metadata' | 'created'>): Meter {
  return {
    id: row.id,
    code: row.code,
    eventType: row.event_type,
    aggregation: row.aggregation,
    property: row.property,
    expression: row.expression,
    filters: row.filters,
    groupBy: row.group_by,
  };
}

export interface NewMeter extends Meter {
  readonly name: string;
  readonly metadata: Record<string, string>;
}

/** Adds a meter, once. Throws Postgres's unique violation where the code is taken. */
export async function insertMeter(db: Queryable, meter: NewMeter): Promise<void> {
  await db.query(
    `INSERT INTO meters (id, code, name, event_type, aggregation, property, expression, filters, group_by, metadata, created)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now()) ON CONFLICT (id) DO NOTHING`,
    [
      meter.id,
      meter.code,
      meter.name,
      meter.eventType,
      meter.aggregation,
      meter.property,
      meter.expression,
      JSON.stringify(meter.filters),
      meter.groupBy,
      JSON.stringify(meter.metadata),
    ],
  );
}

export interface MeterChange {
  readonly name?: string | undefined;
  readonly metadata?: Record<string, string> | undefined;
}

export async function updateMeter(
  db: Queryable,
  id: MeterId,
  { name, metadata }: MeterChange,
): Promise<void> {
  await db.query(
    `UPDATE meters SET name = coalesce($2, name), metadata = coalesce($3, metadata) WHERE id = $1`,
    [id, name ?? null, metadata === undefined ? null : JSON.stringify(metadata)],
  );
}

/** What a meter counts never changes, so one that was read once is kept. */
const cache = new Map<MeterId, Meter>();
const cacheLimit = 10_000;

/** Meters by id; one that does not exist is left out. */
export async function loadMeters(db: Queryable, ids: readonly MeterId[]): Promise<Map<MeterId, Meter>> {
  const unknown = ids.filter((id) => !cache.has(id));
  if (unknown.length > 0) {
    const { rows } = await db.query<MeterRow>(`${selectMeters} WHERE t.id = ANY($1)`, [unknown]);
    if (cache.size + rows.length > cacheLimit) cache.clear();
    for (const row of rows) cache.set(row.id, toMeter(row));
  }
  return new Map(
    ids.flatMap((id) => {
      const meter = cache.get(id);
      return meter ? [[id, meter]] : [];
    }),
  );
}

/** The meters that count these types of events. */
export async function findMetersOfTypes(db: Queryable, types: readonly string[]): Promise<Meter[]> {
  const { rows } = await db.query<MeterRow>({
    name: 'findMetersOfTypes',
    text: `${selectMeters} WHERE t.event_type = ANY($1) ORDER BY t.id`,
    values: [types],
  });
  return rows.map(toMeter);
}
