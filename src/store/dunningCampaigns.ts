/** Dunning campaigns: what is done about invoices that are not paid. Their versions are immutable. */
import type { PoolClient } from 'pg';
import type { DunningPolicy } from '../domain/dunning.ts';
import type { DunningCampaignId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Queryable } from './database.ts';

export interface DunningCampaignRow {
  readonly id: DunningCampaignId;
  readonly code: string;
  readonly name: string;
  readonly version: number;
  readonly policy: DunningPolicy;
  readonly metadata: Record<string, string>;
  readonly created: Instant;
}

/** Campaigns with their latest version. */
export const selectDunningCampaigns = `
  SELECT t.id, t.code, t.name, t.metadata, t.created, v.version, v.policy
    FROM dunning_campaigns t
   CROSS JOIN LATERAL (
     SELECT version, policy FROM dunning_campaign_versions WHERE campaign_id = t.id ORDER BY version DESC LIMIT 1) v`;

/** All versions of a campaign, the newest first. */
export async function readCampaignVersions(
  db: Queryable,
  id: DunningCampaignId,
): Promise<DunningCampaignRow[]> {
  const { rows } = await db.query<DunningCampaignRow>(
    `SELECT t.id, t.code, t.name, t.metadata, v.created, v.version, v.policy
       FROM dunning_campaigns t JOIN dunning_campaign_versions v ON v.campaign_id = t.id
      WHERE t.id = $1 ORDER BY v.version DESC`,
    [id],
  );
  return rows;
}

export interface NewCampaignVersion {
  /** The request that makes it: run again, it makes no second version. */
  readonly operationId: string;
  readonly policy: DunningPolicy;
}

/** Adds a campaign and its first version, once. Throws Postgres's unique violation where the code is taken. */
export async function insertCampaign(
  tx: PoolClient,
  campaign: Pick<DunningCampaignRow, 'id' | 'code' | 'name' | 'metadata'>,
  version: NewCampaignVersion,
): Promise<void> {
  const { rowCount } = await tx.query(
    `INSERT INTO dunning_campaigns (id, code, name, metadata, created) VALUES ($1, $2, $3, $4, now())
     ON CONFLICT (id) DO NOTHING`,
    [campaign.id, campaign.code, campaign.name, JSON.stringify(campaign.metadata)],
  );
  if (rowCount === 1) await insertVersion(tx, campaign.id, version);
}

/** Adds the next version of a campaign; versions that are added at once get one number each. */
export async function addCampaignVersion(
  tx: PoolClient,
  id: DunningCampaignId,
  version: NewCampaignVersion,
): Promise<void> {
  await tx.query(`SELECT FROM dunning_campaigns WHERE id = $1 FOR UPDATE`, [id]);
  await insertVersion(tx, id, version);
}

async function insertVersion(
  tx: PoolClient,
  id: DunningCampaignId,
  { operationId, policy }: NewCampaignVersion,
): Promise<void> {
  await tx.query(
    `INSERT INTO dunning_campaign_versions (campaign_id, version, policy, operation_id, created)
     SELECT $1, coalesce(max(version), 0) + 1, $2, $3, now() FROM dunning_campaign_versions WHERE campaign_id = $1
     ON CONFLICT (operation_id) DO NOTHING`,
    [id, JSON.stringify(policy), operationId],
  );
}

/** The id of the campaign with a code. */
export async function findCampaignId(db: Queryable, code: string): Promise<DunningCampaignId | undefined> {
  const { rows } = await db.query<{ id: DunningCampaignId }>(
    `SELECT id FROM dunning_campaigns WHERE code = $1`,
    [code],
  );
  return rows[0]?.id;
}
