/** Graphs of organizations. */
import type { GraphId, OrganizationId } from '../../domain/ids.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import type { Queryable } from '../database.ts';
import { givenColumns } from '../givenColumns.ts';

export interface GraphRow {
  readonly id: GraphId;
  readonly organization_id: OrganizationId;
  readonly name: string;
  readonly title: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly created: Instant;
}

/** Graphs that are not deleted. */
export const selectGraphs = `
  SELECT t.* FROM (SELECT id, organization_id, name, title, settings, created FROM graphs WHERE deleted_at IS NULL) t`;

export interface NewGraph {
  readonly id: GraphId;
  readonly organizationId: OrganizationId;
  readonly name: string;
  readonly title: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly created: Instant;
}

export async function insertGraph(db: Queryable, graph: NewGraph): Promise<void> {
  await db.query(
    `INSERT INTO graphs (id, organization_id, name, title, settings, created) VALUES ($1, $2, $3, $4, $5, $6)`,
    [
      graph.id,
      graph.organizationId,
      graph.name,
      graph.title,
      JSON.stringify(graph.settings),
      formatInstant(graph.created),
    ],
  );
}

export interface GraphChange {
  readonly name?: string | undefined;
  readonly title?: string | undefined;
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
}

export async function updateGraph(db: Queryable, id: GraphId, change: GraphChange): Promise<void> {
  const fields = givenColumns(change, new Set(['settings']));
  if (fields.length === 0) return;
  const assignments = fields.map(([column], index) => `${column} = $${String(index + 2)}`);
  await db.query(`UPDATE graphs SET ${assignments.join(', ')} WHERE id = $1 AND deleted_at IS NULL`, [
    id,
    ...fields.map(([, value]) => value),
  ]);
}

/** Deletes a graph with its variants, and revokes its keys. */
export async function deleteGraph(db: Queryable, id: GraphId, at: Instant): Promise<void> {
  await db.query(
    `WITH variants_deleted AS (
       UPDATE variants SET deleted_at = $2 WHERE graph_id = $1 AND deleted_at IS NULL),
     roles_cleared AS (DELETE FROM resource_roles WHERE graph_id = $1),
     keys_revoked AS (UPDATE keys SET revoked_at = $2 WHERE graph_id = $1 AND revoked_at IS NULL)
     UPDATE graphs SET deleted_at = $2 WHERE id = $1 AND deleted_at IS NULL`,
    [id, formatInstant(at)],
  );
}
