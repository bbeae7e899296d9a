/** How permissions are called in the schema: an enum value for each, and a field of `roles` that says whether one has it. */
import {
  permissionRow,
  permissions,
  type Permission,
  type ResourceKind,
} from '../domain/permissions/permission.ts';
import type { Permission as PermissionName } from './generated.ts';

/** `schema:publish` is `SCHEMA_PUBLISH`. */
export const nameOf = (permission: Permission): PermissionName =>
  permission.replace(':', '_').toUpperCase() as PermissionName;

const byName = new Map<string, Permission>(permissions.map((permission) => [nameOf(permission), permission]));

/** Throws an `Error` for a name that the schema does not have, which it refuses before. */
export function permissionOf(name: string): Permission {
  const permission = byName.get(name);
  if (permission === undefined) throw new Error(`there is no permission ${name}`);
  return permission;
}

/** `schema:publish` is `canPublishSchema`. */
export function fieldOf(permission: Permission): string {
  const [thing = '', verb = ''] = permission.split(':');
  return `can${[verb, ...thing.split('_')].map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}`;
}

const width: Record<ResourceKind, number> = { organization: 0, graph: 1, variant: 2 };

/** What may be asked of a resource of this kind: its own permissions, and those of what it holds. */
export function permissionsOn(kind: ResourceKind): readonly Permission[] {
  return permissions.filter((permission) => width[permissionRow(permission).of] >= width[kind]);
}
