/** What users and groups have in common for SCIM. */
import type { OrganizationId } from '../../domain/ids.ts';
import type { OrganizationDependencies, Request } from '../../organizations/request.ts';
import type { ScimCondition } from '../../store/organizations/scimLists.ts';
import type { PatchOperation } from './attributes.ts';

export interface ScimAsked {
  readonly deps: OrganizationDependencies;
  readonly request: Request;
  readonly organizationId: OrganizationId;
}

export interface ScimKind<Row> {
  readonly name: 'User' | 'Group';
  readonly path: 'Users' | 'Groups';
  readonly idKind: 'membership' | 'group';
  /** A statement without conditions, whose table is called `t`. */
  readonly select: string;
  /** What may be filtered by, in small letters. */
  readonly columns: Readonly<Record<string, ScimCondition[0]>>;
  present(rows: readonly Row[], base: string, asked: ScimAsked): Promise<readonly Record<string, unknown>[]>;
  /** The id of what was made. */
  create(asked: ScimAsked, body: unknown): Promise<string>;
  replace(asked: ScimAsked, row: Row, body: unknown): Promise<void>;
  patch(asked: ScimAsked, row: Row, operations: readonly PatchOperation[]): Promise<void>;
  remove(asked: ScimAsked, row: Row): Promise<void>;
}
