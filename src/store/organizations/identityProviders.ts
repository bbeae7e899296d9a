/** Organizations' own providers of identity, and the domains whose addresses they may speak for. */
import type { IdentityProviderId, OrganizationId } from '../../domain/ids.ts';
import type { Queryable } from '../database.ts';

export interface IdentityProviderRow {
  readonly id: IdentityProviderId;
  readonly organization_id: OrganizationId;
  readonly issuer: string;
  readonly client_id: string;
  readonly client_secret: string | null;
  readonly group_claim: string | null;
  readonly domains: readonly string[];
}

const selectProviders = `
  SELECT p.id, p.organization_id, p.issuer, p.client_id, p.client_secret, p.group_claim,
         ARRAY(SELECT d.domain FROM organization_domains d WHERE d.organization_id = p.organization_id ORDER BY d.domain) AS domains
    FROM identity_providers p JOIN organizations o ON o.id = p.organization_id
   WHERE o.deleted_at IS NULL`;

export async function findProviderOf(
  db: Queryable,
  organizationId: OrganizationId,
): Promise<IdentityProviderRow | undefined> {
  const { rows } = await db.query<IdentityProviderRow>(`${selectProviders} AND p.organization_id = $1`, [
    organizationId,
  ]);
  return rows[0];
}

export async function findProvider(
  db: Queryable,
  id: IdentityProviderId,
): Promise<IdentityProviderRow | undefined> {
  const { rows } = await db.query<IdentityProviderRow>(`${selectProviders} AND p.id = $1`, [id]);
  return rows[0];
}

/** In place of the one before, whose id goes with it: what was begun with that cannot be ended. */
export async function replaceProvider(
  db: Queryable,
  row: Omit<IdentityProviderRow, 'domains'>,
): Promise<void> {
  await deleteProvider(db, row.organization_id);
  await db.query(
    `INSERT INTO identity_providers (id, organization_id, issuer, client_id, client_secret, group_claim)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [row.id, row.organization_id, row.issuer, row.client_id, row.client_secret, row.group_claim],
  );
}

export async function deleteProvider(db: Queryable, organizationId: OrganizationId): Promise<void> {
  await db.query(`DELETE FROM identity_providers WHERE organization_id = $1`, [organizationId]);
}

export async function readDomains(db: Queryable, organizationId: OrganizationId): Promise<readonly string[]> {
  const { rows } = await db.query<{ domain: string }>(
    `SELECT domain FROM organization_domains WHERE organization_id = $1 ORDER BY domain`,
    [organizationId],
  );
  return rows.map(({ domain }) => domain);
}

/** Fails by `organization_domains_pkey` where one is another organization's. */
export async function replaceDomains(
  db: Queryable,
  organizationId: OrganizationId,
  domains: readonly string[],
): Promise<void> {
  await db.query(
    `DELETE FROM organization_domains WHERE organization_id = $1 AND domain <> ALL ($2::text[])`,
    [organizationId, domains],
  );
  await db.query(
    `INSERT INTO organization_domains (domain, organization_id)
     SELECT given, $1 FROM unnest($2::text[]) given
      WHERE NOT EXISTS (SELECT FROM organization_domains d WHERE d.domain = given AND d.organization_id = $1)`,
    [organizationId, domains],
  );
}
