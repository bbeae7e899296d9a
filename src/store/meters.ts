/** Meters: what of an event is counted. */
import type { MeterId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Queryable } from './database.ts';

export interface MeterRow {
  readonly id: MeterId;
  readonly code: string;
  readonly name: string;
  readonly event_type: string;
  readonly aggregation: 'count' | 'sum';
  readonly property: string | null;
  readonly metadata: Record<string, string>;
  readonly created: Instant;
}

export const selectMeters = `
  SELECT t.id, t.code, t.name, t.event_type, t.aggregation, t.property, t.metadata, t.created FROM meters t`;

export type NewMeter = Omit<MeterRow, 'created'>;

/** Adds a meter, once. Throws Postgres's unique violation where the code is taken. */
export async function insertMeter(db: Queryable, meter: NewMeter): Promise<void> {
  await db.query(
    `INSERT INTO meters (id, code, name, event_type, aggregation, property, metadata, created)
     VALUES ($1, $2, $3, $4, $5, $6, $7, now()) ON CONFLICT (id) DO NOTHING`,
    [
      meter.id,
      meter.code,
      meter.name,
      meter.event_type,
      meter.aggregation,
      meter.property,
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

/** Which of these meters exist. */
export async function findMeters(db: Queryable, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await db.query<{ id: string }>(`SELECT id FROM meters WHERE id = ANY($1)`, [ids]);
  return new Set(rows.map((row) => row.id));
}
