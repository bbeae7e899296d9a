/** The seats of a plan, counted when a change has been made and before it is kept. */
import type { Queryable } from '../store/database.ts';
import { countSeats } from '../store/organizations/seats.ts';
import type { Found } from './access.ts';
import { DeniedError } from './denial.ts';

/**
 * Throws `limit_reached` 403 where more members take a seat than before (`found`, read under the organization's lock) and
 * than the plan has. What was over before stays as it is.
 */
export async function requireSeats(
  db: Queryable,
  { access: { bounds }, organization }: Found,
  of: string,
  action: string,
): Promise<void> {
  const seats = await countSeats(db, organization.id);
  const limit = bounds.limits.has('seats') ? (bounds.limits.get('seats') ?? null) : 0;
  if (limit === null || seats <= organization.seats || seats <= limit) return;
  const step = { step: 'quota', feature: 'seats', limit, used: organization.seats, room: false } as const;
  throw new DeniedError({
    action,
    permission: null,
    resource: of,
    chain: organization.id,
    decision: { allowed: false, reason: 'limit_reached', path: [step] },
  });
}
