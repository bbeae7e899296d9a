/** Features: what plans and overrides give. */
import type { Feature, FeatureType } from '../../domain/entitlements/feature.ts';
import type { FeatureId, MeterId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Queryable } from '../database.ts';

export interface FeatureRow {
  readonly id: FeatureId;
  readonly code: string;
  readonly name: string;
  readonly type: FeatureType;
  readonly meter_id: MeterId | null;
  readonly unit: string | null;
  readonly metadata: Record<string, string>;
  readonly created: Instant;
}

export const selectFeatures = `
  SELECT t.id, t.code, t.name, t.type, t.meter_id, t.unit, t.metadata, t.created FROM features t`;

export function toFeature({ id, code, type, meter_id: meterId }: FeatureRow): Feature {
  return { id, code, type, meterId };
}

export interface NewFeature extends Feature {
  readonly name: string;
  readonly unit: string | null;
  readonly metadata: Record<string, string>;
}

/** Adds a feature, once. Throws Postgres's unique violation where the code is taken. */
export async function insertFeature(db: Queryable, feature: NewFeature): Promise<void> {
  await db.query(
    `INSERT INTO features (id, code, name, type, meter_id, unit, metadata) VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (id) DO NOTHING`,
    [
      feature.id,
      feature.code,
      feature.name,
      feature.type,
      feature.meterId,
      feature.unit,
      JSON.stringify(feature.metadata),
    ],
  );
}

export interface FeatureChange {
  readonly name?: string | undefined;
  readonly unit?: string | null | undefined;
  readonly metadata?: Record<string, string> | undefined;
}

/** What is for people: what it is, never changes. */
export async function updateFeature(
  db: Queryable,
  id: FeatureId,
  { name, unit, metadata }: FeatureChange,
): Promise<void> {
  await db.query(
    `UPDATE features SET name = coalesce($2, name), unit = CASE WHEN $3 THEN $4 ELSE unit END,
            metadata = coalesce($5, metadata) WHERE id = $1`,
    [
      id,
      name ?? null,
      unit !== undefined,
      unit ?? null,
      metadata === undefined ? null : JSON.stringify(metadata),
    ],
  );
}

/** The features with these codes; one that does not exist is left out. */
export async function readFeatures(
  db: Queryable,
  codes: readonly string[],
): Promise<Map<string, FeatureRow>> {
  if (codes.length === 0) return new Map();
  const { rows } = await db.query<FeatureRow>(`${selectFeatures} WHERE t.code = ANY($1)`, [codes]);
  return new Map(rows.map((row) => [row.code, row]));
}

/** As above, as what they are. */
export async function loadFeatures(db: Queryable, codes: readonly string[]): Promise<Map<string, Feature>> {
  const rows = await readFeatures(db, codes);
  return new Map([...rows].map(([code, row]) => [code, toFeature(row)]));
}
