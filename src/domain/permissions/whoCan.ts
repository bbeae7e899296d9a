/** The same decision over many: who of those given may do something to one resource, each with why. */
import type { Access, Decision, Resource, Subject } from './access.ts';
import { check } from './decision.ts';
import type { Permission } from './permission.ts';

/**
 * Who may, in the order given. Everybody may on a public variant, so what comes of it are those of the given only.
 * Throws as `check` does.
 */
export function whoCan<S extends Subject>(
  permission: Permission,
  resource: Resource,
  subjects: Iterable<S>,
  shared: Omit<Access, 'subject'>,
): { subject: S; decision: Decision }[] {
  const those: { subject: S; decision: Decision }[] = [];
  for (const subject of subjects) {
    const decision = check({ ...shared, subject }, permission, resource);
    if (decision.allowed) those.push({ subject, decision });
  }
  return those;
}
