/** Overrides of what customers are entitled to: never edited, one for a customer and a feature at a time. */
import type { PoolClient } from 'pg';
import { writeGrant, type WrittenGrant } from '../../catalog/entitlement.ts';
import type { Feature, Grant } from '../../domain/entitlements/feature.ts';
import type { CustomerId, EntitlementOverrideId } from '../../domain/ids.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import { lockCustomer } from '../customerLock.ts';
import { noteLooks } from './looks.ts';

export interface OverrideRow {
  readonly id: EntitlementOverrideId;
  readonly customer_id: CustomerId;
  readonly feature: string;
  readonly grants: WrittenGrant;
  readonly reason: string;
  readonly starts_at: Instant;
  readonly ends_at: Instant | null;
  readonly ended_at: Instant | null;
  readonly metadata: Record<string, string>;
  readonly created: Instant;
}

export const selectOverrides = `
  SELECT t.* FROM (
    SELECT o.id, o.customer_id, f.code AS feature, o.grants, o.reason, o.starts_at, o.ends_at, o.ended_at, o.metadata,
           o.created
      FROM entitlement_overrides o JOIN features f ON f.id = o.feature_id) t`;

export interface NewOverride {
  readonly id: EntitlementOverrideId;
  readonly customerId: CustomerId;
  readonly feature: Feature;
  readonly grant: Grant;
  readonly reason: string;
  readonly startsAt: Instant;
  readonly endsAt: Instant | null;
  readonly metadata: Record<string, string>;
}

/** Adds an override, once; the one that was there ends where it begins, or when it was meant to where that was before. */
export async function insertOverride(tx: PoolClient, override: NewOverride): Promise<void> {
  if (override.grant.type === 'metered') await noteLooks(tx, [override.customerId]);
  await lockCustomer(tx, override.customerId); // two at once replace each other in turn
  const { rowCount: known } = await tx.query(`SELECT FROM entitlement_overrides WHERE id = $1`, [
    override.id,
  ]);
  if (known === 1) return;
  await tx.query(
    `UPDATE entitlement_overrides SET ended_at = least(ends_at, greatest(starts_at, $3::timestamptz))
      WHERE customer_id = $1 AND feature_id = $2 AND ended_at IS NULL`,
    [override.customerId, override.feature.id, formatInstant(override.startsAt)],
  );
  await tx.query(
    `INSERT INTO entitlement_overrides (id, customer_id, feature_id, grants, reason, starts_at, ends_at, metadata)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      override.id,
      override.customerId,
      override.feature.id,
      JSON.stringify(writeGrant(override.grant)),
      override.reason,
      formatInstant(override.startsAt),
      override.endsAt === null ? null : formatInstant(override.endsAt),
      JSON.stringify(override.metadata),
    ],
  );
}

/** Ends an override at an instant; one that has ended stays as it is. */
export async function endOverride(tx: PoolClient, id: EntitlementOverrideId, at: Instant): Promise<void> {
  const { rows } = await tx.query<{ customer_id: CustomerId }>(
    `SELECT o.customer_id FROM entitlement_overrides o JOIN features f ON f.id = o.feature_id
      WHERE o.id = $1 AND o.ended_at IS NULL AND f.type = 'metered'`,
    [id],
  );
  // What is left may be less than what was used.
  await noteLooks(
    tx,
    rows.map((row) => row.customer_id),
  );
  await tx.query(
    `UPDATE entitlement_overrides SET ended_at = least(ends_at, greatest(starts_at, $2::timestamptz))
      WHERE id = $1 AND ended_at IS NULL`,
    [id, formatInstant(at)],
  );
}
