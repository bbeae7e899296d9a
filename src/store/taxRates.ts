/** Tax rates: a small table, read as a whole. */
import type { TaxRateId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { LineScope } from '../domain/lineScope.ts';
import { parseDecimal } from '../domain/quantity.ts';
import type { TaxRate } from '../domain/tax.ts';
import type { Queryable } from './database.ts';

export interface TaxRateRow {
  readonly id: TaxRateId;
  readonly code: string;
  readonly name: string | null;
  /** An exact decimal, in percent. */
  readonly percentage: string;
  readonly inclusive: boolean;
  readonly country: string | null;
  readonly applies_to: LineScope;
  readonly active: boolean;
  readonly metadata: Record<string, string>;
  readonly created: Instant;
}

export const selectTaxRates = `
  SELECT t.id, t.code, t.name, trim_scale(t.percentage)::text AS percentage, t.inclusive, t.country, t.applies_to, t.active,
         t.metadata, t.created
    FROM tax_rates t`;

/** Those that are active, in the order in which they are charged: the oldest first. */
export async function readActiveTaxRates(db: Queryable): Promise<TaxRate[]> {
  const { rows } = await db.query<TaxRateRow>(`${selectTaxRates} WHERE t.active ORDER BY t.created, t.id`);
  return rows.map((row) => {
    const percentage = parseDecimal(row.percentage);
    if (percentage === undefined) throw new Error(`tax rate ${row.id} has no percentage`);
    return {
      id: row.id,
      code: row.code,
      name: row.name,
      percentage,
      inclusive: row.inclusive,
      country: row.country,
      appliesTo: row.applies_to,
      active: row.active,
    };
  });
}

export interface NewTaxRate {
  readonly id: TaxRateId;
  readonly code: string;
  readonly name: string | null;
  readonly percentage: string;
  readonly inclusive: boolean;
  readonly country: string | null;
  readonly appliesTo: LineScope;
  readonly metadata: Record<string, string>;
}

/** Adds a rate, once. Throws Postgres's unique violation where the code is taken. */
export async function insertTaxRate(db: Queryable, rate: NewTaxRate): Promise<void> {
  await db.query(
    `INSERT INTO tax_rates (id, code, name, percentage, inclusive, country, applies_to, metadata, created)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now()) ON CONFLICT (id) DO NOTHING`,
    [
      rate.id,
      rate.code,
      rate.name,
      rate.percentage,
      rate.inclusive,
      rate.country,
      JSON.stringify(rate.appliesTo),
      JSON.stringify(rate.metadata),
    ],
  );
}

export interface TaxRateChange {
  readonly name?: string | null | undefined;
  readonly active?: boolean | undefined;
  readonly metadata?: Record<string, string> | undefined;
}

/** What a rate comes to never changes: a new law is a new rate. */
export async function updateTaxRate(db: Queryable, id: TaxRateId, change: TaxRateChange): Promise<void> {
  await db.query(
    `UPDATE tax_rates SET name = CASE WHEN $2 THEN $3 ELSE name END, active = coalesce($4, active),
                          metadata = coalesce($5, metadata)
      WHERE id = $1`,
    [
      id,
      change.name !== undefined,
      change.name ?? null,
      change.active ?? null,
      change.metadata ? JSON.stringify(change.metadata) : null,
    ],
  );
}

/** Which of these ids name no rate. */
export async function findMissingTaxRates(db: Queryable, ids: readonly TaxRateId[]): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `SELECT id FROM unnest($1::text[]) AS id WHERE NOT EXISTS (SELECT FROM tax_rates t WHERE t.id = id.id)`,
    [ids],
  );
  return rows.map((row) => row.id);
}
