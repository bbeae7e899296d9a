/** What the plan takes of what was granted: nobody has what it does not hold, and above a limit nothing new is added. */
import { denied, type Access, type Decision } from './access.ts';
import { isRead, permissionRow, type Permission } from './permission.ts';

/** Whether a plan has a say in it: a feature that it needs, or a limit. */
export function isBounded(permission: Permission): boolean {
  const { needs, limitedBy } = permissionRow(permission);
  return needs !== undefined || limitedBy !== undefined;
}

/**
 * Denies what was granted where the plan lacks the feature that it needs, or where `adding` more (a count, 0 or above) of
 * what the plan counts would go over its limit. An operator of this installation sees what it likes.
 */
export function withinPlan(
  { subject, bounds }: Access,
  permission: Permission,
  granted: Decision,
  adding: number,
): Decision {
  const { needs, limitedBy } = permissionRow(permission);
  if (needs === undefined && limitedBy === undefined) return granted;
  const path = [...granted.path];
  if (needs !== undefined && !(subject.kind === 'operator' && isRead(permission))) {
    const has = bounds.features.has(needs);
    path.push({ step: 'feature', feature: needs, has });
    if (!has) return denied('feature_missing', path);
  }
  if (limitedBy !== undefined && adding > 0) {
    const limit = bounds.limits.has(limitedBy) ? (bounds.limits.get(limitedBy) ?? null) : 0;
    const used = bounds.used.get(limitedBy) ?? 0;
    const room = limit === null || used + adding <= limit;
    path.push({ step: 'quota', feature: limitedBy, limit, used, room });
    if (!room) return denied('limit_reached', path);
  }
  return { ...granted, path };
}
