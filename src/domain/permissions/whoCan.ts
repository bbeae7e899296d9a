/** The same decision over many: who of those given may do something to one resource, each with why. */
import type { Access, Decision, Resource, Subject } from './access.ts';
import { check } from './decision.ts';
import type { Permission } from './permission.ts';

/**
 * Who may, in the order given; `adding` as in `check`: 0 asks who may whatever room the plan has at the moment. Throws as
 * `check` does.
 */
export function whoCan<S extends Subject>(
  permission: Permission,
  resource: Resource,
  subjects: Iterable<S>,
  shared: Omit<Access, 'subject'>,
  adding = 1,
): { subject: S; decision: Decision }[] {
  const those: { subject: S; decision: Decision }[] = [];
  for (const subject of subjects) {
    const decision = check({ ...shared, subject }, permission, resource, adding);
    if (decision.allowed) those.push({ subject, decision });
  }
  return those;
}
