/** Variants of graphs. */
import type { GraphId, OrganizationId, UserId, VariantId } from '../../domain/ids.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import type { Queryable } from '../database.ts';
import { givenColumns } from '../givenColumns.ts';

export interface VariantRow {
  readonly id: VariantId;
  readonly organization_id: OrganizationId;
  readonly graph_id: GraphId;
  readonly graph_name: string;
  readonly name: string;
  readonly is_public: boolean;
  readonly is_protected: boolean;
  readonly readme: string;
  readonly description: string;
  readonly created: Instant;
}

/** Variants that are not deleted, of graphs that are not. */
export const selectVariants = `
  SELECT t.* FROM (
    SELECT v.id, g.organization_id, v.graph_id, g.name AS graph_name, v.name, v.is_public, v.is_protected, v.readme,
           v.description, v.created
      FROM variants v JOIN graphs g ON g.id = v.graph_id
     WHERE v.deleted_at IS NULL AND g.deleted_at IS NULL) t`;

export interface NewVariant {
  readonly id: VariantId;
  readonly organizationId: OrganizationId;
  readonly graphId: GraphId;
  readonly name: string;
  readonly isPublic: boolean;
  readonly created: Instant;
}

export async function insertVariant(db: Queryable, variant: NewVariant): Promise<void> {
  await db.query(
    `INSERT INTO variants (id, organization_id, graph_id, name, is_public, created) VALUES ($1, $2, $3, $4, $5, $6)`,
    [
      variant.id,
      variant.organizationId,
      variant.graphId,
      variant.name,
      variant.isPublic,
      formatInstant(variant.created),
    ],
  );
}

export interface VariantChange {
  readonly name?: string | undefined;
  readonly is_public?: boolean | undefined;
  readonly is_protected?: boolean | undefined;
  readonly readme?: string | undefined;
  readonly description?: string | undefined;
}

export async function updateVariant(db: Queryable, id: VariantId, change: VariantChange): Promise<void> {
  const fields = givenColumns(change, new Set());
  if (fields.length === 0) return;
  const assignments = fields.map(([column], index) => `${column} = $${String(index + 2)}`);
  await db.query(`UPDATE variants SET ${assignments.join(', ')} WHERE id = $1 AND deleted_at IS NULL`, [
    id,
    ...fields.map(([, value]) => value),
  ]);
}

/** Deletes a variant, with what was set for it. A key is revoked with the last variant that it was for. */
export async function deleteVariant(
  db: Queryable,
  { id, graph_id: graphId }: Pick<VariantRow, 'id' | 'graph_id'>,
  at: Instant,
): Promise<void> {
  await db.query(
    `WITH roles_cleared AS (DELETE FROM resource_roles WHERE graph_id = $3 AND variant_id = $1),
     keys_revoked AS (
       UPDATE keys k SET revoked_at = $2
        WHERE k.graph_id = $3 AND k.revoked_at IS NULL AND $1 = ANY(k.variant_ids)
          AND NOT EXISTS (SELECT FROM variants v
                           WHERE v.id = ANY(k.variant_ids) AND v.id <> $1 AND v.deleted_at IS NULL))
     UPDATE variants SET deleted_at = $2 WHERE id = $1 AND deleted_at IS NULL`,
    [id, formatInstant(at), graphId],
  );
}

/** Who looks variants up by name: a user finds those of its organizations, a key those of its own, an operator all. */
export type Searcher =
  { readonly userId: UserId } | { readonly organizationId: OrganizationId } | { readonly all: boolean };

/** A variant of a ref, and whether it is in an organization of who searches; else it is there for being public. */
export interface NamedVariant extends VariantRow {
  readonly own: boolean;
}

/**
 * Variants by graph and name, in the organizations of who searches, and public ones of others: never one that is neither.
 * However many organizations have a graph of that name, its own are found by theirs.
 */
export async function findVariantsByName(
  db: Queryable,
  refs: readonly { readonly graph: string; readonly variant: string }[],
  searcher: Searcher,
): Promise<readonly NamedVariant[]> {
  if (refs.length === 0) return [];
  const { rows } = await db.query<NamedVariant>(
    `WITH refs AS (SELECT DISTINCT graph, variant FROM unnest($1::text[], $2::text[]) AS r (graph, variant)),
          own AS (SELECT organization_id FROM memberships WHERE user_id = $5 AND deactivated_at IS NULL
                  UNION SELECT $4::text WHERE $4::text IS NOT NULL)
     SELECT DISTINCT ON (t.id) t.* FROM (
       SELECT t.*, true AS own
         FROM refs r
        CROSS JOIN own o
         JOIN (${selectVariants}) t
           ON t.organization_id = o.organization_id AND t.graph_name = r.graph AND t.name = r.variant
       UNION ALL
       SELECT t.*, $3::boolean
         FROM refs r JOIN (${selectVariants}) t ON t.graph_name = r.graph AND t.name = r.variant
        WHERE t.is_public OR $3::boolean) t
      ORDER BY t.id, t.own DESC`,
    [
      refs.map(({ graph }) => graph),
      refs.map(({ variant }) => variant),
      'all' in searcher && searcher.all,
      'organizationId' in searcher ? searcher.organizationId : null,
      'userId' in searcher ? searcher.userId : null,
    ],
  );
  return rows;
}
